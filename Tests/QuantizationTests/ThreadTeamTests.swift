import Foundation
import Synchronization
import Testing

@testable import Quantization

@Suite("A team of threads", .timeLimit(.minutes(10)))
struct ThreadTeamTests {
  @Test(
    "does every job once a member, and no member passes a meeting before all are there",
    arguments: [1, 2, 3, 5, 16])
  func meets(count: Int) {
    let team = ThreadTeam(count: count)
    let meetings = 4
    let done = Atomic<Int>(0)
    let early = Atomic<Int>(0)
    let jobs = 400
    for job in 0..<jobs {
      team.run { member in
        for meeting in 1...meetings {
          done.add(1, ordering: .relaxed)
          member.meet()
          // Nobody may be on to the meeting after the next.
          let found = done.load(ordering: .relaxed) - job * meetings * count
          if !(meeting * count..<(meeting + 1) * count).contains(found) {
            early.add(1, ordering: .relaxed)
          }
        }
      }
      #expect(done.load(ordering: .relaxed) == (job + 1) * meetings * count)
    }
    #expect(early.load(ordering: .relaxed) == 0)
  }

  @Test("makes what members wrote before a meeting seen by all after it")
  func publishesWrites() {
    let count = 3
    let team = ThreadTeam(count: count)
    for round in 0..<2000 {
      // Each writes only its own, and reads the others' after the meeting.
      nonisolated(unsafe) let written = UnsafeMutablePointer<Int>.allocate(capacity: count)
      defer { written.deallocate() }
      let wrong = Atomic<Int>(0)
      team.run { member in
        written[member.index] = round + member.index
        member.meet()
        for index in 0..<count where written[index] != round + index { wrong.add(1, ordering: .relaxed) }
      }
      #expect(wrong.load(ordering: .relaxed) == 0)
    }
  }

  @Test("wakes helpers that have gone to sleep, whenever that is", arguments: [2, 3, 5])
  func wakes(count: Int) {
    let team = ThreadTeam(count: count)
    let calls = Atomic<Int>(0)
    // About as long as helpers stay awake: jobs come while they fall asleep, too.
    let pauses: [useconds_t] = [0, 20, 40, 50, 60, 80, 120, 200, 500]
    for round in 0..<600 {
      usleep(pauses[round % pauses.count])
      team.run { _ in calls.add(1, ordering: .relaxed) }
    }
    #expect(calls.load(ordering: .relaxed) == 600 * count)
  }

  @Test("comes and goes, with or without work")
  func comesAndGoes() {
    let calls = Atomic<Int>(0)
    for round in 0..<100 {
      let team = ThreadTeam(count: 3)
      if round % 2 == 0 { team.run { _ in calls.add(1, ordering: .relaxed) } }
      if round % 5 == 0 { usleep(200) }
    }
    #expect(calls.load(ordering: .relaxed) == 50 * 3)
  }

  @Test("divides any number of things without a gap or an overlap", arguments: [1, 2, 3, 5])
  func divides(count: Int) {
    for total in 1...40 {
      for unit in [1, 3, 4] {
        let ranges = (0..<count).map {
          StepShare(cut: .rows, index: $0, count: count).range(of: total, along: .rows, unit: unit)
        }
        #expect(ranges.flatMap(Array.init) == Array(0..<total))
        #expect(ranges.dropLast().allSatisfy { $0.upperBound % unit == 0 || $0.upperBound == total })
        #expect(StepShare(cut: .rows, index: 0, count: count).range(of: total, along: .blocks) == 0..<total)
      }
    }
  }
}
