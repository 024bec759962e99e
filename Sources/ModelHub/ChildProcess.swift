#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A program that runs beside this one: it is given a text, and what it writes is read.
///
/// Not copyable, as it must be waited for exactly once; whoever lets go of it ends it.
struct ChildProcess: ~Copyable {
  private let identifier: pid_t
  private let output: CInt
  private let errors: CInt
  private var isWaitedFor = false

  /// The most that fits into an empty pipe everywhere: no reader need be there yet.
  static let longestInput = 16 * 1024

  /// Starts a program that the environment's PATH leads to.
  ///
  /// - Parameter input: At most `longestInput` bytes, or this traps.
  /// - Throws: `SystemFailure`.
  init(_ program: String, _ arguments: [String], input: String) throws(SystemFailure) {
    precondition(input.utf8.count <= Self.longestInput, "the input does not fit into a pipe")
    let input = try Pipe(holding: input)
    let output = try Pipe()
    let errors = try Pipe()
    #if canImport(Glibc)
      var actions = posix_spawn_file_actions_t()
    #else
      var actions: posix_spawn_file_actions_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input.reading, 0)
    posix_spawn_file_actions_adddup2(&actions, output.writing, 1)
    posix_spawn_file_actions_adddup2(&actions, errors.writing, 2)
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var identifier = pid_t()
    let code = posix_spawnp(&identifier, program, &actions, nil, &words, environ)
    guard code == 0 else { throw SystemFailure(code: code) }
    self.identifier = identifier
    self.output = output.takeReading()
    self.errors = errors.takeReading()
  }

  deinit {
    close(output)
    close(errors)
    guard !isWaitedFor else { return }
    kill(identifier, SIGKILL)
    var status: CInt = 0
    while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
  }

  /// Waits for output.
  ///
  /// - Returns: How many bytes of the buffer were filled; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemFailure) -> Int {
    try readSome(output, buffer)
  }

  /// Waits for the end.
  ///
  /// - Returns: The exit status, 128 and the signal if one ended it, and the beginning of what it
  ///   wrote to standard error.
  mutating func wait() throws(SystemFailure) -> (status: Int, errors: String) {
    var text: [UInt8] = []
    let size = 4096
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1)
    defer { buffer.deallocate() }
    while true {
      let count = try readSome(errors, buffer)
      if count == 0 { break }
      if text.count < size { text += buffer[..<count] }
    }
    var status: CInt = 0
    while waitpid(identifier, &status, 0) < 0 {
      guard errno == EINTR else { throw SystemFailure(code: errno) }
    }
    isWaitedFor = true
    // As WIFEXITED, WEXITSTATUS and WTERMSIG, which are macros.
    let signal = status & 0x7F
    return (
      Int(signal == 0 ? (status >> 8) & 0xFF : 128 + signal), String(decoding: text, as: UTF8.self)
    )
  }

  private func readSome(
    _ descriptor: CInt, _ buffer: UnsafeMutableRawBufferPointer
  ) throws(SystemFailure) -> Int {
    while true {
      let count = systemRead(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      guard errno == EINTR else { throw SystemFailure(code: errno) }
    }
  }
}

/// Why a system call failed.
struct SystemFailure: Error, CustomStringConvertible {
  let code: CInt

  var description: String { String(cString: strerror(code)) }
}

/// Two descriptors, closed with it; no child inherits them unasked.
private final class Pipe {
  private(set) var reading: CInt = -1
  private(set) var writing: CInt = -1

  init() throws(SystemFailure) {
    var ends: [CInt] = [-1, -1]
    guard pipe(&ends) == 0 else { throw SystemFailure(code: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    reading = ends[0]
    writing = ends[1]
  }

  /// A pipe that holds a text and its end.
  convenience init(holding text: String) throws(SystemFailure) {
    try self.init()
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { systemWrite(writing, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SystemFailure(code: errno) }
      rest = rest.dropFirst(count)
    }
    close(writing)
    writing = -1
  }

  deinit {
    for end in [reading, writing] where end >= 0 { close(end) }
  }

  /// From now on the caller closes it.
  func takeReading() -> CInt {
    defer { reading = -1 }
    return reading
  }
}

func systemRead(_ descriptor: CInt, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, bytes, count)
}

func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
