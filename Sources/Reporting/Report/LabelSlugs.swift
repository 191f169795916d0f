import Escaping

/// What labels are called in the names of files: letters, digits and `._-`, and no two alike.
enum LabelSlugs {
    /// With what stands around it, a name then stays below the 255 bytes that file systems allow.
    private static let longest = 48

    /// `a/b` and `a b` become `a-b` and `a-b-2`, in the order in which they are given.
    static func of(_ labels: [String]) -> [String] {
        var taken = Set<String>()
        return labels.map { label in
            let slug = FileName.part(label, longest: longest)
            let names = [slug] + (2...labels.count + 1).map { "\(slug)-\($0)" }
            // Some file systems take capitals for small letters. Of the names, one more than there are labels, one is
            // free.
            let name = names.first { !taken.contains($0.lowercased()) }!
            taken.insert(name.lowercased())
            return name
        }
    }
}
