import Foundation

/// Runs `body` on a thread of its own and waits: binding the test runner's threads would bind later tests too.
func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) -> Result {
    let box = Box<Result>()
    let done = DispatchSemaphore(value: 0)
    Thread {
        box.result = body()
        done.signal()
    }.start()
    done.wait()
    return box.result!
}

/// Written by one thread before another reads.
private final class Box<Value>: @unchecked Sendable { var result: Value? }
