import Foundation

extension String {
    /// This path of a folder, and the paths of all folders above it, the nearest first. There are none if the path does not
    /// begin at the root: the working directory of a process has an empty path once somebody has deleted the folder, and
    /// above an empty path "..", "../.." and so on would never come to an end.
    public var foldersUpwards: [String] {
        guard hasPrefix("/") else { return [] }
        var folders = URL(fileURLWithPath: self).standardizedFileURL.pathComponents.dropFirst()
        var found: [String] = []
        while !folders.isEmpty {
            found.append("/" + folders.joined(separator: "/"))
            folders.removeLast()
        }
        return found + ["/"]
    }
}
