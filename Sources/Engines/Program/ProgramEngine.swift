import Attention
import Faults
import Hardware
import Kernels
import Records

/// A program in any language, at work in processes of its own: one for each number of threads.
///
/// A process that has ended is started again for the cells that are left. A kernel that has ended it in two cells, one after
/// the other, is not asked for again: the next one would cost a start and a wait too, and show nothing new.
public final class ProgramEngine: Engine {
    /// What its kernels are called here.
    public enum Naming: Sendable {
        /// `engine/kernel`, beside those of other engines.
        case full
        /// Under the name of another engine, where two are compared whose kernels have the same names.
        case prefixed(EngineName)
        /// As the engine calls them: two builds of this program.
        case bare
    }

    public let identity: EngineIdentity
    public let kernels: [Kernel]
    public let greeting: EngineGreeting
    /// Those whose phase, mask or types this program does not know. They are listed, not run.
    public let unknownKernels: [EngineGreeting.Kernel]
    let source: EngineSource
    private let environment: [String: String]
    private let cpus: (_ threads: Int) throws(UnsupportedProblem) -> [Int]
    /// What stands before the engine's own name of a kernel here.
    private let prefix: String
    /// By number of threads.
    private var processes: [Int: EngineProcess] = [:]
    /// Numbers of threads whose process cannot be started.
    private var failures: [Int: EngineFailure] = [:]
    /// What the processes ended with in one kernel, since that has last given a sample; by the engine's own name for it.
    private var endings: [String: [EngineFailure]] = [:]
    /// What calls have taken, in seconds a pair, by the engine's own name for the kernel.
    private var secondsPerPair: [String: Double] = [:]
    public private(set) var startupSeconds = 0.0
    private var secondsLeft: () -> Double = { .infinity }

    public typealias CPUs = (_ threads: Int) throws(UnsupportedProblem) -> [Int]

    /// Starts the program, and waits for its greeting.
    ///
    /// - Parameters:
    ///   - environment: the user's own.
    ///   - cpus: where so many threads run; empty where they are not bound.
    public convenience init(
        _ source: EngineSource, naming: Naming = .full, environment: [String: String], cpus: @escaping CPUs
    ) throws(EngineError) {
        let process: EngineProcess
        do throws(EngineFailure) {
            process = try EngineProcess(
                EngineStart(source.command, seat: Self.firstSeat(cpus), environment: environment))
        } catch { throw .failed(error) }
        try self.init(Setup(source, naming: naming, environment: environment), process, cpus)
    }

    /// What is started, and under which name its kernels are known.
    public struct Setup {
        var source: EngineSource
        var naming: Naming
        /// The user's own.
        var environment: [String: String]

        public init(_ source: EngineSource, naming: Naming = .full, environment: [String: String]) {
            self.source = source
            self.naming = naming
            self.environment = environment
        }
    }

    /// Starts several programs side by side, so that the longest start is waited for and not their sum.
    public static func starting(
        _ setups: [Setup], cpus: @escaping CPUs
    ) -> [Result<ProgramEngine, EngineError>] {
        let starts = setups.map { setup in
            Result { () throws(EngineFailure) in
                try EngineStart(setup.source.command, seat: firstSeat(cpus), environment: setup.environment)
            }
        }
        EngineStart.waitForGreetings(of: starts.compactMap { try? $0.get() })
        return zip(setups, starts).map { setup, start in
            Result { () throws(EngineError) in
                let process: EngineProcess
                do throws(EngineFailure) { process = try EngineProcess(start.get()) } catch { throw .failed(error) }
                return try ProgramEngine(setup, process, cpus)
            }
        }
    }

    private static func firstSeat(_ cpus: CPUs) -> EngineSeat { EngineSeat(threads: 1, cpus: (try? cpus(1)) ?? []) }

    private init(_ setup: Setup, _ process: EngineProcess, _ cpus: @escaping CPUs) throws(EngineError) {
        greeting = process.greeting
        processes[1] = process
        startupSeconds = process.startSeconds
        let name: EngineName
        do throws(EngineNameError) { name = try setup.source.name(greeting: greeting) } catch {
            throw .failed(error)
        }
        let prefix =
            switch setup.naming {
            case .full: "\(name)/"
            case .prefixed(let other): "\(other)/"
            case .bare: ""
            }
        if prefix == EngineIdentity.builtInName + "/" { throw .failed(BuiltInNameTaken()) }
        let greeting = greeting
        func known(_ kernel: EngineGreeting.Kernel) -> Kernel? { kernel.kernel(named: prefix + kernel.name) }
        identity = EngineIdentity(name: name.text, version: greeting.engine.version)
        kernels = greeting.kernels.compactMap(known)
        unknownKernels = greeting.kernels.filter { known($0) == nil }
        source = setup.source
        self.prefix = prefix
        environment = setup.environment
        self.cpus = cpus
    }

    /// So long that the pipe is one in a thousand of it, where the engine's clock is not known to be ours.
    public var minimumSampleNanoseconds: Int { greeting.attnbench?.minimumSampleNanoseconds ?? 20_000_000 }

    /// Beside the tensors of this process there are some that both processes can map, and some in the engine's own memory.
    public func bytes(of workload: Workload, scratchBytes: Int) -> Int { 3 * workload.tensorBytes + scratchBytes }

    public var details: [String: String] { greeting.engine.details ?? [:] }
    public var device: Device? { greeting.ownDevice }

    public func prepare(
        _ workload: Workload, inputs: () -> SharedInputs
    ) throws(EngineError) -> any PreparedKernel {
        _ = try kernel(for: workload)
        return try ProgramKernel(named: ownName(of: workload.kernel), workload, of: self, inputs)
    }

    public func sampleFrozenLoop(turns: Int) throws(EngineError) -> Sample? {
        guard greeting.attnbench != nil else { return nil }
        let process = try process(threads: 1)
        let doing = "time the frozen loop"
        do throws(EngineFailure) {
            let seen = try process.observe(
                .frozenLoop(turns: turns), doing: doing, within: source.command.answerSeconds)
            guard case .looped(let nanoseconds) = seen.reply else { throw process.unexpected(seen.reply, doing) }
            return seen.sample(nanoseconds: nanoseconds)
        } catch { throw .failed(error) }
    }

    /// What a reader of its numbers should know of it.
    public var remarks: [String] {
        guard source.tolerance > EngineSource.defaultTolerance else { return [] }
        return [
            "kernels of \(identity.name) may have \(source.tolerance) times the error of the plain loops, and those of "
                + "other engines \(EngineSource.defaultTolerance)"
        ]
    }

    public var cpuNanoseconds: Int? { processes.values.reduce(0) { $0 + $1.cpuNanoseconds } }

    public func limitWaiting(to secondsLeft: @escaping () -> Double) { self.secondsLeft = secondsLeft }

    /// The process for so many threads, which may have to be started.
    func process(threads: Int) throws(EngineError) -> EngineProcess {
        if let failure = failures[threads] { throw .failed(failure) }
        if let process = processes[threads], process.end == nil { return process }
        let seat: EngineSeat
        do throws(UnsupportedProblem) { seat = EngineSeat(threads: threads, cpus: try cpus(threads)) } catch {
            throw .unsupported(error)
        }
        do throws(EngineFailure) {
            let stopwatch = Stopwatch()
            defer { addStartup(seconds: stopwatch.seconds) }
            let process = try EngineProcess(EngineStart(source.command, seat: seat, environment: environment))
            processes[threads] = process
            return process
        } catch {
            failures[threads] = error
            throw .failed(error)
        }
    }

    func addStartup(seconds: Double) { startupSeconds += seconds }

    /// How long to wait for calls: ten times the time that earlier calls of the kernel predict, and not much longer than the budget
    /// lasts. A call that was to end within it and is a little late is worth waiting for.
    func patienceSeconds(_ kernel: String, pairs: Int, calls: Int) -> Double {
        let foretold = secondsPerPair[kernel, default: 0] * Double(pairs) * Double(calls)
        return min(
            max(10 * foretold, source.command.answerSeconds),
            max(secondsLeft(), 2 * foretold, Self.leastPatienceSeconds))
    }

    private static let leastPatienceSeconds = 5.0

    /// - Throws: where the kernel has ended its process in the last two cells.
    func requireHope(for kernel: String) throws(EngineError) {
        guard let ends = endings[kernel], ends.count >= Self.mostEndings, let last = ends.last else { return }
        throw .failed(
            EngineFailure(
                engine: last.engine, doing: last.doing, cause: .givenUp(kernel: kernel, last: last.cause),
                lastWords: last.lastWords))
    }

    private static let mostEndings = 2

    /// Takes note of what happened in a kernel.
    func note(_ failure: EngineFailure, in kernel: String) {
        if failure.cause.endsProcess { endings[kernel, default: []].append(failure) }
    }

    func learn(_ kernel: String, pairs: Int, calls: Int, nanoseconds: Int) {
        endings[kernel] = nil
        secondsPerPair[kernel] = Double(nanoseconds) / 1e9 / Double(calls) / Double(pairs)
    }

    private func ownName(of kernel: String) -> String { String(kernel.dropFirst(prefix.count)) }
}

/// Another attnbench beside this one: their kernels would have the same names.
struct BuiltInNameTaken: Fault {
    var exitStatus: ExitStatus { .usage }

    var description: String {
        "an engine cannot have the name \(EngineIdentity.builtInName), which is that of this program; give it another name, such as "
            + "--engine old=../base/attnbench"
    }
}
