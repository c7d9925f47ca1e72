internal import Glibc

/// A user of the system.
struct Account: Equatable {
    let name: String
    let user: uid_t
    let group: gid_t
    let home: String

    /// The user of a name; nil if there is none.
    static func named(_ name: String) -> Account? {
        unsafe find { entry, buffer, count, result in
            // The buffer has as many bytes, and outlives the result.
            unsafe getpwnam_r(name, entry, buffer, count, result)
        }
    }

    /// The user that this process runs as; nil if the system has no name for it.
    static var current: Account? {
        unsafe find { entry, buffer, count, result in
            unsafe getpwuid_r(geteuid(), entry, buffer, count, result)
        }
    }

    /// Whether this process may become anyone.
    static var isRoot: Bool { geteuid() == 0 }

    private static func find(
        _ lookUp: (
            UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
            UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
        ) -> Int32
    ) -> Account? {
        var entry = unsafe passwd()
        var buffer = [CChar](repeating: 0, count: 16_384)
        let count = buffer.count
        var result: UnsafeMutablePointer<passwd>?
        guard unsafe lookUp(&entry, &buffer, count, &result) == 0, unsafe result != nil else {
            return nil
        }
        // Both texts lie in the buffer and end in NUL.
        return unsafe Account(
            name: String(cString: entry.pw_name),
            user: entry.pw_uid,
            group: entry.pw_gid,
            home: String(cString: entry.pw_dir)
        )
    }
}

/// The variables of this process.
enum Environment {
    /// The value of a variable; nil if there is none or it is empty.
    static func value(_ name: String) -> String? {
        // No thread of ours changes the environment.
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }

    /// What programs are given that are started: nothing of ours, whose names they would refuse.
    static var forOthers: [String: String] {
        var variables: [String: String] = [:]
        for name in ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH"] {
            variables[name] = value(name)
        }
        return variables
    }
}
