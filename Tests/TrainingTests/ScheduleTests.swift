import Testing
import Training

/// Learning rates rise, and fall as they should.
@Suite struct ScheduleTests {
  @Test("The share rises over the warm-up, is 1 at its end, and falls to the floor")
  func shares() {
    for decay in LearningRateSchedule.Decay.allCases {
      let schedule = LearningRateSchedule(decay: decay, warmup: 10, floor: 0.2)
      let shares = (0..<100).map { schedule.share(at: $0, of: 100) }
      #expect(abs(shares[0] - 0.1) < 1e-12 && abs(shares[9] - 1) < 1e-12)
      #expect(zip(shares, shares.dropFirst()).dropFirst(10).allSatisfy { $0 >= $1 })
      #expect(shares.dropFirst(9).allSatisfy { $0 >= 0.2 - 1e-12 && $0 <= 1 })
      let end = decay == .constant ? 1 : 0.2
      #expect(abs(schedule.share(at: 100, of: 100) - end) < 1e-12)
    }
  }

  @Test("Halfway down, the linear and the cosine share are the mean of 1 and the floor")
  func middle() {
    for decay in [LearningRateSchedule.Decay.linear, .cosine] {
      let schedule = LearningRateSchedule(decay: decay, warmup: 0, floor: 0.2)
      #expect(abs(schedule.share(at: 50, of: 100) - 0.6) < 1e-12)
    }
  }
}
