import CKernels
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Threads that compute the same thing on different parts, and end before the call returns.
public enum ThreadTeam {
  /// How many cores this process may use.
  public static var availableCores: Int { Int(t5k_available_cores()) }

  /// Calls `body` once on each of `count` threads, the calling one among them, with its number.
  ///
  /// Where the system has no thread left, the calling thread does that one's part afterwards.
  public static func run(count: Int, _ body: @Sendable @escaping (Int) -> Void) {
    var threads: [pthread_t] = []
    var notStarted: [Int] = []
    for number in 1..<max(count, 1) {
      if let thread = start(Job(number: number, body: body)) {
        threads.append(thread)
      } else {
        notStarted.append(number)
      }
    }
    body(0)
    notStarted.forEach(body)
    for thread in threads { pthread_join(thread, nil) }
  }

  /// The results of `body` for 0 ..< count, in order; threads take the next number as they get free.
  public static func map<Result: Sendable>(
    count: Int, threads: Int, _ body: @Sendable @escaping (Int) -> Result
  ) -> [Result] {
    let next = Counter()
    let results = Mutex([Result?](repeating: nil, count: count))
    run(count: min(threads, count)) { _ in
      while let index = next.take(below: count) {
        let result = body(index)
        results.withLock { $0[index] = result }
      }
    }
    return results.withLock { $0.compactMap { $0 } }
  }

  /// Hands out 0, 1, 2, … to whoever asks; a class because all threads share it.
  private final class Counter: Sendable {
    private let next = Atomic(0)

    func take(below limit: Int) -> Int? {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      return index < limit ? index : nil
    }
  }

  /// What a thread is handed; a class because it travels through C as a pointer.
  private final class Job: Sendable {
    let number: Int
    let body: @Sendable (Int) -> Void

    init(number: Int, body: @Sendable @escaping (Int) -> Void) {
      self.number = number
      self.body = body
    }
  }

  private static func start(_ job: Job) -> pthread_t? {
    #if canImport(Glibc)
      var thread = pthread_t()
    #else
      var thread: pthread_t?
    #endif
    let argument = Unmanaged.passRetained(job)
    let code = pthread_create(
      &thread, nil,
      { argument in
        #if canImport(Glibc)
          guard let argument else { return nil }
        #endif
        let job = Unmanaged<Job>.fromOpaque(argument).takeRetainedValue()
        job.body(job.number)
        return nil
      }, argument.toOpaque())
    guard code == 0 else {
      argument.release()
      return nil
    }
    return thread
  }
}
