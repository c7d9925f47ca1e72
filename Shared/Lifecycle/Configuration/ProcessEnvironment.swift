internal import Glibc

/// The environment variables of this process.
enum ProcessEnvironment {
    /// Reads all variables; of one that stands twice the first counts, as for the C library.
    ///
    /// - Returns: the variables, and the names of those that are not UTF-8.
    static func read() -> (variables: [String: String], unreadable: [String]) {
        var variables: [String: String] = [:]
        var unreadable: [String] = []
        // The list ends in a nil; nobody changes it while a program starts.
        var place = unsafe environ
        while let entry = unsafe place.pointee {
            unsafe place += 1
            // Each entry ends in a NUL.
            let text = unsafe String(cString: entry)
            let isWhole = unsafe String(validatingCString: entry) != nil
            guard let sign = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(text[..<sign])
            if !isWhole {
                unreadable.append(name)
            } else if variables[name] == nil {
                variables[name] = String(text[text.utf8.index(after: sign)...])
            }
        }
        return (variables, unreadable)
    }

    /// The value of one variable; nil if it is not set, or not UTF-8.
    static func value(_ name: String) -> String? { read().variables[name] }
}
