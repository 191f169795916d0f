import Foundation

/// The program that draws: found once, run for each script.
public struct Gnuplot: Sendable {
    public let executable: URL

    /// - Parameter searchPath: directories separated by colons.
    public init(
        searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? ""
    ) throws(GnuplotError) {
        for directory in searchPath.split(separator: ":") {
            let candidate = URL(fileURLWithPath: String(directory)).appendingPathComponent("gnuplot")
            if FileManager.default.isExecutableFile(atPath: candidate.path) {
                executable = candidate
                return
            }
        }
        throw .notFound
    }

    /// Runs `NAME.gp` of a figure inside a directory that holds it and its CSV.
    public func draw(
        _ name: String, in directory: URL, formats: some Collection<FigureFormat> = FigureFormat.allCases
    ) throws(GnuplotError) {
        let process = Process()
        process.executableURL = executable
        process.arguments = ["-e", "formats='\(formats.map(\.rawValue).joined(separator: " "))'", "\(name).gp"]
        process.currentDirectoryURL = directory
        let messages = Pipe()
        process.standardError = messages
        process.standardOutput = FileHandle.nullDevice
        do { try process.run() } catch { throw .failed(figure: name, message: "\(error)") }
        let text = String(decoding: Self.readToEnd(messages.fileHandleForReading), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw .failed(figure: name, message: text.split(separator: "\n").joined(separator: " "))
        }
    }

    /// A signal such as ^C or a child's end interrupts a read; Foundation's own reading to the end would trap on it.
    private static func readToEnd(_ handle: FileHandle) -> Data {
        var data = Data()
        while true {
            do {
                guard let piece = try handle.read(upToCount: 1 << 16), !piece.isEmpty else { return data }
                data += piece
            } catch {
                let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
                guard cause?.code == Int(EINTR) else { return data }
            }
        }
    }
}

public enum GnuplotError: Error, Equatable, CustomStringConvertible {
    case notFound
    case failed(figure: String, message: String)

    public var description: String {
        switch self {
        case .notFound:
            "gnuplot is not on the search path, so no figure was drawn; install it (apt-get install gnuplot-nox) and "
                + "run `gnuplot NAME.gp` in figures/, or the report command again"
        case .failed(let figure, let message):
            "gnuplot could not draw \(figure): \(message); run `gnuplot \(figure).gp` in figures/ to see it again"
        }
    }
}
