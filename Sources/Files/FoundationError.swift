import Foundation

extension SystemError {
    /// What Foundation wrapped in an error of its own, whose sentences ("The operation couldn't be completed") name no
    /// cause. An input/output error stands for what has no number of the system's.
    public init(_ error: any Error) {
        let cause = (error as? CocoaError)?.underlying as? POSIXError
        self.init(code: (cause ?? error as? POSIXError)?.code.rawValue ?? EIO)
    }
}
