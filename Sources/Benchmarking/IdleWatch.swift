import Engines
import Hardware

/// How busy engines are while nobody asks anything of them. Their threads have to sleep: those that spin take CPUs and caches
/// from what is measured in turn with them.
struct IdleWatch<Name> {
    private let idle: [(name: Name, engine: any Engine, cpuNanoseconds: Int)]
    private let watch: Stopwatch

    /// Starts now; nil where no engine has a process of its own.
    init?(_ engines: [(name: Name, engine: any Engine)], clock: any NanosecondClock) {
        idle = engines.compactMap { name, engine in engine.cpuNanoseconds.map { (name, engine, $0) } }
        if idle.isEmpty { return nil }
        watch = Stopwatch(clock)
    }

    /// CPU time of each so far, and how long that is.
    func worked() -> (cpuNanoseconds: [(name: Name, value: Int)], nanoseconds: Int) {
        let nanoseconds = max(1, watch.nanoseconds)
        // A process that was started anew begins at 0.
        return (
            idle.map { ($0.name, max(0, ($0.engine.cpuNanoseconds ?? $0.cpuNanoseconds) - $0.cpuNanoseconds)) },
            nanoseconds
        )
    }
}
