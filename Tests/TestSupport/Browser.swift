import Foundation

/// A headless Chromium that opens a page from disk in frames of several widths and says what went wrong in it.
public struct Browser: Sendable {
    /// What was seen in a frame of one width.
    public struct Layout: Decodable, Sendable {
        /// As the page sees it.
        public let width: Int
        /// Wider than `width` where the page scrolls sideways.
        public let contentWidth: Int
        /// Addresses that the page asked for.
        public let requests: [String]
        /// What scripts given to `inspect` returned.
        public let answers: [String]
    }

    public struct Findings: Sendable {
        public let layouts: [Layout]
        /// Errors and warnings of the console, uncaught errors and refused requests among them.
        public let console: [String]
    }

    private let executable: URL

    /// Nil where none is installed; `scripts/setup --browser` installs one.
    public static let installed: Browser? = {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let places = path.split(separator: ":").flatMap { directory in
            ["chromium", "chromium-browser", "google-chrome"].map { "\(directory)/\($0)" }
        }
        return places.first { FileManager.default.isExecutableFile(atPath: $0) }
            .map { Browser(executable: URL(fileURLWithPath: $0)) }
    }()

    public static let missing = "no browser is installed: scripts/setup --browser installs Chromium"

    /// - Parameter scripts: expressions, evaluated in each frame with `page` as its document.
    public func inspect(_ page: URL, widths: [Int], scripts: [String] = []) throws -> Findings {
        let checker = page.deletingLastPathComponent().appendingPathComponent("check-\(UUID()).html")
        try Data(Self.checker(page.lastPathComponent, widths, scripts).utf8).write(to: checker)
        defer { try? FileManager.default.removeItem(at: checker) }
        let (output, messages) = try run(["--dump-dom", checker.absoluteString])
        guard let encoded = output.firstMatch(of: #/<pre id="findings">([A-Za-z0-9+\/=]+)</#),
            let data = Data(base64Encoded: String(encoded.1))
        else { throw Failure(message: "the check of \(page.path) did not finish: \(messages.suffix(500))") }
        return Findings(
            layouts: try JSONDecoder().decode([Layout].self, from: data),
            console: messages.split(separator: "\n").filter { $0.contains(":CONSOLE") }.map(String.init))
    }

    public struct Failure: Error, CustomStringConvertible {
        let message: String
        public var description: String { message }
    }

    /// Frames rather than windows: a window is never narrower than 500 pixels.
    private static func checker(_ page: String, _ widths: [Int], _ scripts: [String]) -> String {
        let functions = scripts.map { "page => (\($0))" }.joined(separator: ",\n")
        return """
            <!DOCTYPE html><meta charset="utf-8"><body><script>
            const scripts = [\(functions)];
            const wait = ms => new Promise(done => setTimeout(done, ms));
            const inspect = async width => {
              const frame = document.createElement("iframe");
              Object.assign(frame, { width, height: 900, src: "\(page)" });
              frame.style.border = 0;
              const loaded = new Promise(done => frame.onload = done);
              document.body.append(frame);
              await loaded;
              const page = frame.contentDocument, answers = scripts.map(script => String(script(page)));
              await wait(300);
              return { width: frame.contentWindow.innerWidth, contentWidth: page.documentElement.scrollWidth, answers,
                requests: frame.contentWindow.performance.getEntriesByType("resource").map(entry => entry.name)
                  .filter(name => !name.startsWith("data:")) };
            };
            Promise.all([\(widths.map(String.init).joined(separator: ","))].map(inspect)).then(layouts => {
              const findings = document.createElement("pre");
              findings.id = "findings";
              findings.textContent = btoa(unescape(encodeURIComponent(JSON.stringify(layouts))));
              document.body.append(findings);
            });
            </script></body>
            """
    }

    /// Through files: a pipe that nobody empties would stop the browser.
    private func run(_ arguments: [String]) throws -> (output: String, messages: String) {
        let files = FileManager.default
        let folder = files.temporaryDirectory.appendingPathComponent("attnbench-browser-\(UUID())")
        try files.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? files.removeItem(at: folder) }
        let (output, messages) = (folder.appendingPathComponent("out"), folder.appendingPathComponent("err"))
        for file in [output, messages] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = executable
        process.arguments =
            [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--allow-file-access-from-files",
                "--user-data-dir=\(folder.path)/profile", "--window-size=2000,1200", "--enable-logging=stderr",
                "--virtual-time-budget=8000",
            ] + arguments
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: messages)
        try process.run()
        let deadline = Date(timeIntervalSinceNow: 120)
        while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.1) }
        if process.isRunning {
            process.terminate()
            throw Failure(message: "the browser was still busy after two minutes")
        }
        func text(_ file: URL) throws -> String { String(decoding: try Data(contentsOf: file), as: UTF8.self) }
        return (try text(output), try text(messages))
    }
}
