import Attention
import Faults
import Files
import Foundation
import Hardware
import Kernels
import Processes

/// The same program linked several times with its sections in another order.
///
/// Where a loop comes to lie can be worth some per cent (Mytkowicz et al., 2009), and every change of source moves
/// whatever is linked behind it. lld shuffles sections by a seed; the compiler gives each function a section of its own.
/// Rejected: padding a linker script, which moves everything alike and leaves neighbours neighbours.
enum ShuffledLayouts {
    /// Builds them in the checkout that this program comes from; the first time compiles everything.
    /// - Returns: the programs' paths.
    static func build(count: Int, seed: UInt64, report: (String) -> Void) throws(LayoutError) -> [String] {
        guard case .checkout(let checkout) = Installation.current else { throw .noCheckout }
        guard isThere("ld.lld") else { throw .noLinker }
        let scratch = checkout + "/.build/layout"
        var programs: [String] = []
        for index in 0..<count {
            // lld takes −1 for "reversed" and other numbers as seeds.
            let shuffle = "--shuffle-sections=*=\(seed % 1_000_000 + UInt64(index) + 1)"
            report("linking layout \(index + 1) of \(count) in \(scratch)")
            let options = ["-c", "release", "--scratch-path", scratch, "--product", "attnbench"]
            let linking = ["-use-ld=lld", "-Xfrontend", "-function-sections"].flatMap { ["-Xswiftc", $0] }
            try swift(["build"] + options + linking + ["-Xlinker", shuffle], in: checkout, log: scratch + ".log")
            let program = scratch + "/attnbench-\(index + 1)"
            do {
                try? FileManager.default.removeItem(atPath: program)
                try FileManager.default.copyItem(atPath: scratch + "/release/attnbench", toPath: program)
            } catch {
                throw .failed(log: scratch + ".log", reason: "\(SystemError(error))")
            }
            programs.append(program)
        }
        return programs
    }

    private static func isThere(_ program: String) -> Bool {
        // Swift's own tool chain has it beside its compiler; a compiler in the path may be a link into the tool chain.
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains { folder in
            let beside = URL(fileURLWithPath: folder + "/swift").resolvingSymlinksInPath().deletingLastPathComponent()
            return [String(folder), beside.path].contains {
                FileManager.default.isExecutableFile(atPath: $0 + "/" + program)
            }
        }
    }

    private static func swift(_ arguments: [String], in folder: String, log: String) throws(LayoutError) {
        let ending: ProcessEnding
        do throws(SpawnError) {
            let process = try ChildProcess(
                Invocation(
                    "/usr/bin/env", ["swift"] + arguments, environment: BLASCore.originalEnvironment,
                    folder: folder), output: .log(path: log))
            ending = process.wait()
        } catch {
            throw .failed(log: log, reason: error.reason)
        }
        guard ending.isSuccess else { throw .failed(log: log, reason: "swift build \(ending)") }
    }
}

enum LayoutError: Fault {
    case noCheckout
    case noLinker
    case failed(log: String, reason: String)

    var exitStatus: ExitStatus { .internalFailure }

    var description: String {
        switch self {
        case .noCheckout:
            "--layout links this program again and needs its source, and \(GateOptions.thisProgram) is not in a checkout of "
                + "it; clone the repository of attnbench, build it there (scripts/setup, then swift build -c release), and "
                + "run .build/release/attnbench"
        case .noLinker: "--layout needs the linker ld.lld in the path; Swift's toolchain and LLVM contain it"
        case .failed(let log, let reason): "a layout could not be linked: \(reason); the log is \(log)"
        }
    }
}
