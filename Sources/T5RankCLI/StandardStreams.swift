#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Standard input, standard output and standard error of this process.
enum StandardStreams {
  /// Puts /dev/null in the place of each that is closed, so that no file gets its number and, with it,
  /// what is written there.
  ///
  /// Messages to a closed standard error are lost, and results to a closed standard output fail: they get
  /// a descriptor that cannot be written.
  static func fill() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
      // It gets this number: the least that is free, as those below it are open by now.
      _ = open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY)
    }
  }
}
