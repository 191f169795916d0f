import Files
import Foundation
import Synchronization

/// The system's disk up to a step, at which something happens.
public final class FaultyDisk: Disk {
    public enum Fault: Sendable {
        /// The step fails, a write of it in the middle; the ones after it work.
        case refusal(Int32)
        /// Nothing more reaches the disk, as after `kill -9`; a write is cut off in the middle.
        case kill
    }

    private let fault: Fault
    private let faultyStep: Int
    private let taken = Mutex(0)
    private let system = SystemDisk()

    /// - Parameter step: from 1.
    public init(_ fault: Fault, atStep step: Int) {
        self.fault = fault
        faultyStep = step
    }

    /// Whether the fault happened.
    public var isFaulty: Bool { taken.withLock { $0 >= faultyStep } }

    /// Calls `body` with a disk that fails at its first step, at its second, and so on until none fails any more.
    ///
    /// - Returns: how many steps failed.
    public static func eachStep(_ fault: Fault, _ body: (Int) throws -> Void) rethrows -> Int {
        for step in 1... {
            let disk = FaultyDisk(fault, atStep: step)
            try Disks.$current.withValue(disk) { try body(step) }
            guard disk.isFaulty else { return step - 1 }
        }
        preconditionFailure("a body without an end")
    }

    private func step(_ torn: () -> Void = {}) throws(SystemError) {
        let number = taken.withLock { taken in
            taken += 1
            return taken
        }
        switch fault {
        case .refusal(let code) where number == faultyStep:
            torn()
            throw SystemError(code: code)
        case .kill where number >= faultyStep:
            if number == faultyStep { torn() }
            throw SystemError(code: EIO)
        case .refusal, .kill: break
        }
    }

    public func create(_ path: String) throws(SystemError) -> Int32 {
        try step()
        return try system.create(path)
    }

    public func open(_ path: String, flags: Int32) throws(SystemError) -> Int32 {
        try step()
        return try system.open(path, flags: flags)
    }

    public func write(_ bytes: Data, to descriptor: Int32) throws(SystemError) {
        try step { try? system.write(bytes.prefix(bytes.count / 2), to: descriptor) }
        try system.write(bytes, to: descriptor)
    }

    public func truncate(_ descriptor: Int32, to size: Int) throws(SystemError) {
        try step()
        try system.truncate(descriptor, to: size)
    }

    public func sync(_ descriptor: Int32) throws(SystemError) {
        try step()
        try system.sync(descriptor)
    }

    public func rename(_ path: String, to target: String) throws(SystemError) {
        try step()
        try system.rename(path, to: target)
    }

    public func link(_ path: String, to target: String) throws(SystemError) {
        try step()
        try system.link(path, to: target)
    }

    public func remove(_ path: String) throws(SystemError) {
        try step()
        try system.remove(path)
    }

    public func makeFolder(_ path: String) throws(SystemError) {
        try step()
        try system.makeFolder(path)
    }

    public func syncFolder(_ path: String) throws(SystemError) {
        try step()
        try system.syncFolder(path)
    }

    public func reserve(_ descriptor: Int32, byteCount: Int) throws(SystemError) {
        try step()
        try system.reserve(descriptor, byteCount: byteCount)
    }

    public func clear(_ range: Range<Int>, of descriptor: Int32) throws(SystemError) {
        try step()
        try system.clear(range, of: descriptor)
    }

    public func startWriting(_ range: Range<Int>, of descriptor: Int32) throws(SystemError) {
        try step()
        try system.startWriting(range, of: descriptor)
    }

    public func finishWriting(_ range: Range<Int>, of descriptor: Int32) throws(SystemError) {
        try step()
        try system.finishWriting(range, of: descriptor)
    }
}
