import CProcessor
import Foundation
import Synchronization

/// Threads that start one job together and end it together. The caller is worker 0.
///
/// A job begins when `generation` goes up. A waiting worker spins for some 50 µs, the distance between two jobs of one
/// kernel, and sleeps after that. The caller spins until the last worker is done, then gives way without sleeping: a
/// sleep would count as time off the CPU and taint the sample. Each job costs one small allocation, for the closure.
final class ForkJoin: Sendable {
    typealias Job = @Sendable (_ worker: Int) -> Void

    private let state: State
    private let threads: [pthread_t]

    /// - Precondition: at least two workers; one needs no threads.
    init(workerCount: Int) {
        precondition(workerCount >= 2, "\(workerCount) workers need no threads")
        let state = State()
        self.state = state
        threads = (1..<workerCount).map { Self.start(worker: $0, state: state) }
    }

    deinit {
        state.isStopping.store(true, ordering: .releasing)
        state.announce()
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Runs `job` once on each worker and returns when all have ended.
    /// - Precondition: not called while a job runs, from another thread or from inside the job.
    func run(_ job: Job) {
        precondition(
            !state.isBusy.exchange(true, ordering: .acquiring), "a worker team was given a job while it ran another")
        withoutActuallyEscaping(job) { job in
            withUnsafePointer(to: job) { pointer in
                state.job = pointer
                state.unfinished.store(threads.count, ordering: .relaxed)
                state.announce()
                job(0)
                var spins = 0
                while state.unfinished.load(ordering: .acquiring) > 0 {
                    spins += 1
                    if spins < State.spinLimit { processor_pause() } else { sched_yield() }
                }
                state.job = nil
            }
        }
        state.isBusy.store(false, ordering: .releasing)
    }

    private static func start(worker: Int, state: State) -> pthread_t {
        final class Beginning {
            let worker: Int
            let state: State
            init(worker: Int, state: State) {
                self.worker = worker
                self.state = state
            }
        }
        let beginning = Unmanaged.passRetained(Beginning(worker: worker, state: state))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { pointer in
                let beginning = Unmanaged<Beginning>.fromOpaque(pointer!).takeRetainedValue()
                beginning.state.work(as: beginning.worker)
                return nil
            }, beginning.toOpaque())
        guard code == 0 else {
            fatalError("pthread_create cannot start worker \(worker): \(String(cString: strerror(code)))")
        }
        return thread
    }
}

extension ForkJoin {
    /// What the threads share. They hold this, not the `ForkJoin`, so that it can end and join them.
    fileprivate final class State: Sendable {
        /// A pause takes 40 to 140 cycles, so some 50 µs.
        static let spinLimit = 2000

        let generation = Atomic<Int>(0)
        let unfinished = Atomic<Int>(0)
        let isBusy = Atomic<Bool>(false)
        let isStopping = Atomic<Bool>(false)
        let sleepers = Atomic<Int>(0)
        let wakeUp = NSCondition()
        /// Written before `generation` goes up and read after, by workers that `unfinished` waits for.
        nonisolated(unsafe) var job: UnsafePointer<Job>?

        /// Either a worker about to sleep sees the new generation, or this sees the sleeper: both go through
        /// sequentially consistent operations.
        func announce() {
            generation.wrappingAdd(1, ordering: .sequentiallyConsistent)
            guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
            wakeUp.lock()
            wakeUp.broadcast()
            wakeUp.unlock()
        }

        func work(as worker: Int) {
            var seen = 0
            while true {
                waitForGeneration(after: seen)
                seen += 1
                if isStopping.load(ordering: .acquiring) { return }
                job!.pointee(worker)
                unfinished.wrappingSubtract(1, ordering: .releasing)
            }
        }

        private func waitForGeneration(after seen: Int) {
            for _ in 0..<Self.spinLimit {
                if generation.load(ordering: .acquiring) != seen { return }
                processor_pause()
            }
            wakeUp.lock()
            sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
            while generation.load(ordering: .sequentiallyConsistent) == seen { wakeUp.wait() }
            sleepers.wrappingSubtract(1, ordering: .relaxed)
            wakeUp.unlock()
        }
    }
}
