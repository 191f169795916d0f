import Foundation

/// Descriptors 0, 1 and 2, which whatever starts this program may have closed.
///
/// The next file that is opened would get the lowest free number: a results file as number 2 would be filled with
/// progress text. So each one that is missing is opened here, and in the wrong direction, so that reading from a missing
/// input and writing to a missing output fail as they should and are not silently swallowed.
public enum StandardDescriptors {
    /// To be called before anything opens a file.
    public static func occupy() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            let direction = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY
            // Without /dev/null nothing that follows would be safe, and there may be nobody to tell.
            guard open("/dev/null", direction) == descriptor else { exit(1) }
        }
    }
}
