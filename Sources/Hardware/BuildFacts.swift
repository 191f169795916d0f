import CBuildInfo
import CVector

/// What this binary was built from and for.
public enum BuildFacts {
    public static let commit = String(cString: buildInfoCommit())
    public static let hasUncommittedChanges = buildInfoHasUncommittedChanges() != 0
    /// The `-march` of the build.
    public static let instructionSet = String(cString: buildInfoInstructionSet())
    /// float32 lanes of one vector.
    public static let vectorLanes = Int(VECTOR_LANES)

    /// Without optimisation, assertions are checked; `-O` drops them.
    public static var isOptimised: Bool {
        var isOptimised = true
        assert(
            {
                isOptimised = false
                return true
            }())
        return isOptimised
    }

    /// The lanes and the vectors' name, such as "16 lanes (AVX-512)".
    public static var simd: String {
        #if arch(arm64)
            "\(vectorLanes) lanes (NEON)"
        #else
            "\(vectorLanes) lanes (\([16: "AVX-512", 8: "AVX"][vectorLanes] ?? "SSE"))"
        #endif
    }

    /// The compiler by its language version: Swift tells its sources no more of itself.
    public static var compiler: String {
        #if compiler(>=6.4)
            "Swift 6.4 or later"
        #elseif compiler(>=6.3)
            "Swift 6.3"
        #else
            "Swift 6.2"
        #endif
    }
}
