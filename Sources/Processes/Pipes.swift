import CSpawn
import Foundation

/// The three descriptors that a child starts with, and our ends of them.
struct Pipes {
    struct Pair {
        /// nil where nothing of it comes to us.
        var ours: Int32?
        var theirs: Int32
    }

    let input: Pair
    let output: Pair
    let errors: Pair

    init(for invocation: Invocation, _ target: ChildProcess.Output) throws(SpawnError) {
        var opened: [Pair] = []
        do throws(SpawnError) {
            if let input = invocation.input {
                opened.append(try Self.second(input, for: invocation))
            } else {
                opened.append(try Self.pipe(for: invocation, isRead: false))
            }
            switch target {
            case .lines:
                opened.append(try Self.pipe(for: invocation, isRead: true))
                opened.append(try Self.pipe(for: invocation, isRead: true))
            case .discarded:
                opened.append(try Self.file("/dev/null", for: invocation))
                opened.append(try Self.pipe(for: invocation, isRead: true))
            case .log(let path):
                let file = try Self.file(path, for: invocation)
                opened += [file, file]
            }
        } catch {
            for pair in opened {
                if let ours = pair.ours { close(ours) }
                close(pair.theirs)
            }
            throw error
        }
        (input, output, errors) = (opened[0], opened[1], opened[2])
    }

    private static func pipe(for invocation: Invocation, isRead: Bool) throws(SpawnError) -> Pair {
        var ends: (ours: Int32, theirs: Int32) = (-1, -1)
        guard spawn_open_pipe(isRead ? 1 : 0, &ends.ours, &ends.theirs) == 0 else {
            throw SpawnError(invocation: invocation, step: .pipe, code: errno)
        }
        return Pair(ours: ends.ours, theirs: ends.theirs)
    }

    /// Another descriptor of the same open file.
    private static func second(_ input: Int32, for invocation: Invocation) throws(SpawnError) -> Pair {
        let copy = fcntl(input, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw SpawnError(invocation: invocation, step: .pipe, code: errno) }
        return Pair(ours: nil, theirs: copy)
    }

    private static func file(_ path: String, for invocation: Invocation) throws(SpawnError) -> Pair {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw SpawnError(invocation: invocation, step: .log, code: errno) }
        return Pair(ours: nil, theirs: file)
    }

    func closeTheirs() {
        for descriptor in Set([input.theirs, output.theirs, errors.theirs]) { close(descriptor) }
    }

    func closeOurs() {
        for descriptor in [input.ours, output.ours, errors.ours] { if let descriptor { close(descriptor) } }
    }
}
