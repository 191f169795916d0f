import Foundation
import Kernels

/// Starts the program once more where OpenBLAS runs as less than the CPU is; see `BLASCore`. Done before anything else,
/// so that nothing is done twice.
enum BLASRestart {
    static func restartIfNeeded() {
        guard let core = BLASCore.betterCore() else { return }
        setenv(BLASCore.variable, core, 1)
        setenv(BLASCore.guardVariable, "1", 1)
        var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
        execv("/proc/self/exe", &arguments)
        // Only a failure comes back. The core type is a matter of speed, and the results name it: go on.
    }
}
