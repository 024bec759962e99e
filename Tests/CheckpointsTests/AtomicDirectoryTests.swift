import Checkpoints
import Foundation
import Support
import Testing

@Suite("Directories that appear whole")
struct AtomicDirectoryTests {
  @Test("A link to an empty directory keeps leading to it, and the files are there")
  func link() throws {
    try TemporaryFolder.use { folder in
      let target = try folder.makeFolder("below/target")
      let link = try folder.makeLink("link", to: target)
      let directory = try AtomicDirectory(path: link + "/")
      try Data([1]).write(to: URL(fileURLWithPath: "\(directory.temporaryPath)/file"))
      try directory.commit()
      #expect(try folder.bytes(of: "link/file") == [1])
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
      #expect(try folder.names() == ["below", "link"])
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "below"))
          == ["target"])
    }
  }

  @Test("What cannot be replaced is refused at once, and nothing is left beside it")
  func refusals() throws {
    try TemporaryFolder.use { folder in
      let used = try folder.makeFolder("used")
      try folder.write("x", to: "used/file")
      let file = try folder.write("x", to: "file")
      let nowhere = try folder.makeLink("nowhere", to: folder.path(of: "none"))
      for path in [used, file, nowhere, ""] {
        let error = #expect(throws: CheckpointError.self) { try AtomicDirectory(path: path) }
        #expect(error?.description.contains("cannot be written: expected") == true, "\(path)")
      }
      #expect(try folder.names() == ["file", "nowhere", "used"])
    }
  }

  /// An empty directory on Linux, mostly, on which a file system is mounted.
  private static let mountPoint = "/dev/shm"

  private static var isMountPointEmpty: Bool {
    func device(_ path: String) -> String? {
      (try? FileManager.default.attributesOfItem(atPath: path))?[.systemNumber].map { "\($0)" }
    }
    return device(mountPoint) != device("/dev")
      && (try? FileManager.default.contentsOfDirectory(atPath: mountPoint)) == []
  }

  @Test(
    "A mount point is refused at once",
    .enabled(if: isMountPointEmpty, "skipped: no empty mount point is there"))
  func mounted() {
    #expect(throws: CheckpointError.self) { try AtomicDirectory(path: Self.mountPoint) }
  }
}
