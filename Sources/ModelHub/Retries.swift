/// How often a broken request is made again, and after which pause.
package struct Retries: Sendable {
  /// Tries in a row that may bring nothing new.
  package var mostInVain: Int
  /// Tries in all, whatever they bring: a server that cuts after each byte is given up too.
  package var most: Int
  /// The first pause in seconds; each later one is twice as long.
  package var firstPause: Double
  /// A server that wants to be left alone for longer is given up.
  package var longestPause: Double
  /// Waits for so many seconds.
  package var wait: @Sendable (Double) -> Void

  package init(
    mostInVain: Int = 5, most: Int = 50, firstPause: Double = 1, longestPause: Double = 300,
    wait: @escaping @Sendable (Double) -> Void
  ) {
    self.mostInVain = mostInVain
    self.most = most
    self.firstPause = firstPause
    self.longestPause = longestPause
    self.wait = wait
  }

  /// Does what may break off until it succeeds or has to be given up.
  ///
  /// - Parameters:
  ///   - progress: How far the work is; if a try has moved it, the count begins anew.
  ///   - note: Hears of each try that is made again.
  /// - Throws: `HubError.transferFailed` in the end, and at once what is no `BrokenTransfer`.
  func run<Result>(
    _ address: WebAddress, progress: () -> Int = { 0 }, note: (String) -> Void,
    _ work: () throws -> Result
  ) throws -> Result {
    var inVain = 0
    for attempt in 1... {
      let before = progress()
      do {
        return try work()
      } catch let broken as BrokenTransfer {
        inVain = progress() == before ? inVain + 1 : 1
        let pause =
          broken.pause.map { max(Double($0), firstPause) }
          ?? firstPause * Double(1 << min(inVain - 1, 16))
        guard broken.mayPass, inVain < mostInVain, attempt < most, pause <= longestPause else {
          throw HubError.transferFailed(
            address: address.brief, reason: reason(broken, tries: attempt))
        }
        note("\(address.brief): \(broken.reason); trying again")
        wait(pause)
      }
    }
    // The loop over all numbers only ends by what is above.
    preconditionFailure("no number is left")
  }

  private func reason(_ broken: BrokenTransfer, tries: Int) -> String {
    if let pause = broken.pause, Double(pause) > longestPause {
      return "\(broken.reason), and to come back after \(pause) seconds"
    }
    return broken.reason + (tries > 1 ? " (given up after \(tries) tries)" : "")
  }
}
