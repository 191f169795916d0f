import Foundation

extension Error {
    /// The system's words, "no such file or directory", where Foundation wrapped an error of the system's in its own.
    public var systemWords: String {
        guard let error = self as? CocoaError else { return localizedDescription }
        if [.fileReadCorruptFile, .fileReadInapplicableStringEncoding].contains(error.code) {
            return "it is not UTF-8 text"
        }
        guard let cause = error.underlying as? POSIXError else { return localizedDescription }
        return SystemError(code: cause.code.rawValue).description
    }
}

extension SystemError {
    /// What Foundation wrapped in an error of its own.
    init(_ error: any Error) {
        let cause = (error as? CocoaError)?.underlying as? POSIXError
        self.init(code: (cause ?? error as? POSIXError)?.code.rawValue ?? EIO)
    }
}
