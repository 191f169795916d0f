import Foundation

extension Error {
    /// The system's words, "no such file or directory", where Foundation wrapped an error of the system's in its own.
    public var systemWords: String {
        guard let cause = (self as? CocoaError)?.underlying as? POSIXError else { return localizedDescription }
        return String(cString: strerror(cause.code.rawValue)).lowercased()
    }
}
