import Foundation

/// Pages of a mapped file that the disk cannot give or take. The system says so by SIGBUS in the middle of an instruction, from
/// where nothing can be thrown, and a shell would print "Bus error" alone.
enum LostPages {
    /// Calls `body`; if it meets such a page, the program ends with a sentence that says what happened, and with exit status 1.
    static func explained<Result>(_ body: () throws -> Result) rethrows -> Result {
        let before = signal(SIGBUS) { _ in
            // Only calls that a handler may make: nothing is allocated, and what waits to be printed is lost.
            let sentence: StaticString = """
                Error: the disk could not read or write a page of the file of spilled layers; look for its error in the \
                system's log, or give another --folder

                """
            _ = write(STDERR_FILENO, sentence.utf8Start, sentence.utf8CodeUnitCount)
            _exit(1)
        }
        defer { _ = signal(SIGBUS, before) }
        return try body()
    }
}
