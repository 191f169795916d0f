import Foundation
import Records
import Testing

@testable import attnbench

/// `--require-quiet` of the commands that have it, without asking how quiet this machine is.
@Suite struct QuietTests {
    /// The machine is watched before a worker is started: what cannot be watched is told before the baseline is missed.
    @Test func theGateWatchesFirst() {
        let words = ["gate", "smoke", "--baseline", "nowhere/attnbench", "--cpu", "99999"]
        #expect(Session(words).status == .baselineMissing)
        let watching = Session(words + ["--require-quiet"])
        #expect(watching.status == .usage)
        #expect(watching.messages.contains("99999"), "\(watching.messages)")
    }

    @Test func anUnfitMachineHasItsCode() {
        let error = EnvironmentUnfit(checks: [
            EnvironmentCheck(name: "load", state: .bad, detail: "0.93 a CPU; stop other work")
        ])
        #expect(error.exitStatus == .unfit)
        #expect(
            "\(error)"
                == "the machine is not quiet: load: 0.93 a CPU; stop other work; leave out --require-quiet to measure "
                + "anyway")
    }
}
