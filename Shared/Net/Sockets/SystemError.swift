internal import Glibc

/// A system call that failed: which one, and the kernel's reason.
public struct SystemError: Error, Equatable {
    /// The call, as `bind`.
    public let call: String
    /// The kernel's `errno`.
    public let code: Int32

    /// Notes a failure.
    ///
    /// - Parameters:
    ///   - call: the call that failed.
    ///   - code: its `errno`.
    public init(_ call: String, code: Int32) {
        self.call = call
        self.code = code
    }
}

extension SystemError: CustomStringConvertible {
    /// The call and the reason in words, as `bind: Address already in use`.
    public var description: String {
        var reason = [CChar](repeating: 0, count: 128)
        // The portable form: it writes at most the array's length and ends the text with a NUL.
        guard unsafe strerror_r(code, &reason, reason.count) == 0 else {
            return "\(call): error \(code)"
        }
        return "\(call): "
            + String(
                decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
                as: UTF8.self
            )
    }
}
