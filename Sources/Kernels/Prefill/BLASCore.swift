import COpenBLAS
import Foundation

/// The core type that OpenBLAS runs as.
///
/// OpenBLAS fixes it while it is loaded, from a table of known CPUs, and falls back to a lesser type for a CPU that is
/// younger than the library: a Zen 5 with AVX-512 runs as Haswell (AVX2), at half its speed. Only the environment that
/// the process starts with can say otherwise, so the program starts itself once more with OPENBLAS_CORETYPE set.
public enum BLASCore {
    public static let variable = "OPENBLAS_CORETYPE"
    /// Set beside it, so that a program that starts itself again does so once.
    public static let guardVariable = "ATTNBENCH_BLAS_CORE_SET"

    /// The type in use, such as "Haswell".
    public static var current: String { String(cString: openblas_get_corename()) }

    /// The type that this process should have been started with; nil where the one that it has is right.
    public static func betterCore() -> String? {
        betterCore(
            than: current,
            isDynamic: String(cString: openblas_get_config()).contains("DYNAMIC_ARCH"),
            cpuFlags: cpuFlags(cpuInfo: (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""),
            environment: ProcessInfo.processInfo.environment)
    }

    /// The environment as the user gave it: every program that this one starts gets that, since another may have a BLAS
    /// of its own, or a newer one that chooses better.
    public static var originalEnvironment: [String: String] {
        environmentBeforeRestart(ProcessInfo.processInfo.environment)
    }

    /// The environment without what starting the program again has set. A core type that the user chose stays, since then
    /// nothing was started again.
    public static func environmentBeforeRestart(_ environment: [String: String]) -> [String: String] {
        guard environment[guardVariable] != nil else { return environment }
        return environment.filter { $0.key != guardVariable && $0.key != variable }
    }

    /// The vector instructions that a core type's kernels use.
    private enum Level: Int, Comparable {
        case sse, avx2, avx512

        static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }

        init(core: String) {
            switch core.lowercased() {
            case "skylakex", "cooperlake", "sapphirerapids": self = .avx512
            case "haswell", "zen", "excavator": self = .avx2
            default: self = .sse
            }
        }

        /// SkylakeX kernels use four parts of AVX-512, Haswell kernels use AVX2 and FMA.
        init(cpuFlags: Set<String>) {
            if cpuFlags.isSuperset(of: ["avx512f", "avx512dq", "avx512bw", "avx512vl"]) {
                self = .avx512
            } else if cpuFlags.isSuperset(of: ["avx2", "fma"]) {
                self = .avx2
            } else {
                self = .sse
            }
        }

        var core: String? {
            switch self {
            case .sse: nil
            case .avx2: "Haswell"
            case .avx512: "SkylakeX"
            }
        }
    }

    /// A core type that uses more of the CPU than `chosen`; nil where there is none, where the library has one type
    /// only, where the user has chosen, and where this was tried already.
    static func betterCore(
        than chosen: String, isDynamic: Bool, cpuFlags: Set<String>, environment: [String: String]
    ) -> String? {
        guard isDynamic, environment[variable] == nil, environment[guardVariable] == nil else { return nil }
        let available = Level(cpuFlags: cpuFlags)
        return Level(core: chosen) < available ? available.core : nil
    }

    /// The feature flags of the first CPU in the text of /proc/cpuinfo; empty on an architecture that lists none.
    static func cpuFlags(cpuInfo: String) -> Set<String> {
        let line = cpuInfo.split(separator: "\n").first { $0.hasPrefix("flags") } ?? ""
        return Set(line.split(separator: ":").last.map { $0.split(separator: " ").map(String.init) } ?? [])
    }
}
