internal import COpenSSL

/// An entry of the queue in which OpenSSL leaves the reasons of a failure, one queue per thread.
///
/// Each call that may fail is preceded by ``clearQueue()``, so that it finds only its own reasons.
struct OpenSSLError: Equatable {
    /// The part of OpenSSL that failed, as `ERR_LIB_SSL`.
    let library: Int32
    /// The reason by that part's numbers, or an `errno` where the part is the system.
    let reason: Int32
    /// The reason in words.
    let text: String

    /// Forgets what earlier calls on this thread have left.
    static func clearQueue() {
        ERR_clear_error()
    }

    /// Takes the entries of the calling thread, the oldest, which is the root cause, first.
    static func takeQueue() -> [OpenSSLError] {
        var errors: [OpenSSLError] = []
        while true {
            let code = ERR_get_error()
            guard code != 0 else { return errors }
            errors.append(OpenSSLError(code: code))
        }
    }

    private init(code: UInt) {
        library = ERR_GET_LIB(code)
        reason = ERR_GET_REASON(code)
        if library == ERR_LIB_SYS {
            let system = SystemError("", code: reason).description
            text = String(system.dropFirst(2))
        } else if let words = unsafe ERR_reason_error_string(code) {
            // A literal of OpenSSL's own tables, which end in a NUL.
            text = unsafe String(cString: words)
        } else {
            text = "error \(library):\(reason) of OpenSSL"
        }
    }

    /// Whether the entry is a certain reason of a certain part.
    func isReason(_ reason: Int32, of library: Int32) -> Bool {
        self.reason == reason && self.library == library
    }
}

extension [OpenSSLError] {
    /// The root cause in words; for a session it is what TLS makes of it, not the cipher's trouble.
    var reason: String {
        (first { $0.library == ERR_LIB_SSL } ?? first)?.text ?? "OpenSSL gave no reason"
    }

    /// Whether any entry is a certain reason of a certain part.
    func contain(_ reason: Int32, of library: Int32) -> Bool {
        contains { $0.isReason(reason, of: library) }
    }
}
