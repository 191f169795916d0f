import Hardware
import Kernels
import Records

extension ResultsHeader.Build {
    /// The build that is running.
    public static var current: Self {
        Self(
            commit: BuildFacts.commit, dirty: BuildFacts.hasUncommittedChanges, compiler: BuildFacts.compiler,
            flags: (BuildFacts.isOptimised ? "-O" : "-Onone") + " -march=\(BuildFacts.instructionSet)",
            simd: BuildFacts.simd, blasCore: BLASCore.current)
    }
}
