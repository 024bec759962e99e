import Foundation
import Testing

/// The built `t5rank`, run as a process.
enum Program {
  /// What a finished process left.
  struct Outcome {
    let output: String
    let errors: String
    let status: Int32

    /// Lines of the output, without their ends.
    var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// The column of each line, from 0, white space between them; none of a line that is too short.
    func columns(_ number: Int) -> [String] {
      lines.compactMap { line in
        let columns = line.split(separator: " ")
        return number < columns.count ? String(columns[number]) : nil
      }
    }

    /// A line by its number, from 0; fails the test where there is none.
    func line(_ number: Int) throws -> String {
      try #require(number < lines.count ? lines[number] : nil, "\(errors)")
    }
  }

  /// Beside the test runner, where the build puts both.
  static let path: String = {
    #if os(Linux)
      let runner = URL(fileURLWithPath: CommandLine.arguments.first ?? "").standardizedFileURL
    #else
      final class Marker {}
      let runner = Bundle(for: Marker.self).bundleURL
    #endif
    return runner.deletingLastPathComponent().appendingPathComponent("t5rank").path
  }()

  /// The top of the project.
  static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// Runs the program to its end.
  ///
  /// - Parameters:
  ///   - input: Its standard input.
  ///   - folder: Its working directory; nil: the test's.
  ///   - variables: Of its environment, beside the test's.
  static func run(
    _ arguments: [String], input: String = "", in folder: ScratchFolder? = nil,
    variables: [String: String] = [:]
  ) throws -> Outcome {
    try run(executable: path, arguments, input: input, in: folder, variables: variables)
  }

  /// Runs a line of bash with the program's path as `$0`.
  static func runShell(_ line: String, in folder: ScratchFolder) throws -> Outcome {
    try run(executable: "/bin/bash", ["-c", line, path], input: "", in: folder)
  }

  private static func run(
    executable: String, _ arguments: [String], input: String, in folder: ScratchFolder?,
    variables: [String: String] = [:]
  ) throws -> Outcome {
    // Files, not pipes: no side can wait for the other.
    let streams = try ScratchFolder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder.path) }
    let inputFile = try FileHandle(
      forReadingFrom: URL(fileURLWithPath: streams.write(input, to: "input")))
    let outputFile = try FileHandle(
      forWritingTo: URL(fileURLWithPath: streams.write("", to: "output")))
    let errorFile = try FileHandle(
      forWritingTo: URL(fileURLWithPath: streams.write("", to: "errors")))
    process.standardInput = inputFile
    process.standardOutput = outputFile
    process.standardError = errorFile
    try process.run()
    process.waitUntilExit()
    return Outcome(
      output: try streams.read("output"), errors: try streams.read("errors"),
      status: process.terminationStatus)
  }
}
