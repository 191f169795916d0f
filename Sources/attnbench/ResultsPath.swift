import Foundation

/// Results as a user names them.
enum ResultsPath {
    /// The file itself, or the one in a directory of that name.
    static func file(_ path: String) -> String {
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        return exists && isDirectory.boolValue ? (path as NSString).appendingPathComponent("results.jsonl") : path
    }
}
