internal import COpenSSL
internal import Glibc
internal import Wire

/// Bytes that nobody may see: zeroed when the last copy is released, and never printed.
///
/// Printing, dumping or reflecting on one, or on what holds it, shows that there is a secret and
/// nothing else. Two are compared by ``isSame(as:)``, in a time that does not tell where they
/// differ.
public struct SecretBytes: Sendable {
    private let owner: Owner

    /// Copies bytes; the caller's own copy is the caller's to forget.
    public init(copying bytes: RawSpan) {
        owner = unsafe Owner(count: bytes.byteCount) { memory in
            // Both hold as many bytes.
            unsafe bytes.withUnsafeBytes { unsafe memory.copyMemory(from: $0) }
        }
    }

    /// Copies bytes; the caller's own copy is the caller's to forget.
    public init(_ bytes: [UInt8]) { self.init(copying: bytes.rawBytes) }

    /// Copies the UTF-8 of a text, as of a password.
    public init(utf8 text: String) { self.init(Array(text.utf8)) }

    /// Draws random bytes, as for a key.
    ///
    /// - Parameter count: how many.
    public init(randomCount count: Int) {
        owner = unsafe Owner(count: count) { unsafe SecureRandom.fill($0) }
    }

    /// Copies bytes, and others behind them.
    init(copying first: RawSpan, _ second: RawSpan, _ third: [UInt8]) {
        let count = first.byteCount + second.byteCount
        owner = unsafe Owner(count: count + third.count) { memory in
            // The memory holds as many bytes as all three.
            unsafe first.withUnsafeBytes { unsafe memory.copyMemory(from: $0) }
            unsafe second.withUnsafeBytes {
                unsafe UnsafeMutableRawBufferPointer(rebasing: memory[first.byteCount...])
                    .copyMemory(from: $0)
            }
            unsafe third.withUnsafeBytes {
                unsafe UnsafeMutableRawBufferPointer(rebasing: memory[count...])
                    .copyMemory(from: $0)
            }
        }
    }

    /// Has a closure write bytes that are secret from the first.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - onRelease: is shown the memory, zeroed, before it is given back.
    ///   - write: writes all of them.
    init(
        count: Int,
        onRelease: (@Sendable (UnsafeRawBufferPointer) -> Void)? = nil,
        _ write: (UnsafeMutableRawBufferPointer) -> Void
    ) {
        owner = unsafe Owner(count: count, onRelease: onRelease, write)
    }

    /// How many bytes there are.
    public var count: Int { owner.count }

    /// The bytes, borrowed from this value.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            // Bound first: a span of a property's pointer crashes the compiler when it optimises.
            let memory = unsafe UnsafeRawPointer(owner.memory)
            // The owner keeps the memory alive and unchanged for as long as any copy of `self`.
            let span = unsafe RawSpan(_unsafeStart: memory, byteCount: owner.count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Whether both hold the same bytes; how long it takes tells only whether they are as many.
    public func isSame(as other: SecretBytes) -> Bool {
        bytes.isSameInConstantTime(as: other.bytes)
    }

    @safe
    private final class Owner: @unchecked Sendable {
        // `@unchecked`: the memory is written before anyone else has the owner, then only read.
        let memory: UnsafeMutableRawPointer
        let count: Int
        let onRelease: (@Sendable (UnsafeRawBufferPointer) -> Void)?

        init(
            count: Int,
            onRelease: (@Sendable (UnsafeRawBufferPointer) -> Void)? = nil,
            _ write: (UnsafeMutableRawBufferPointer) -> Void
        ) {
            // Never empty, so that there is an address; freed in `deinit`.
            unsafe memory = .allocate(byteCount: max(count, 1), alignment: 16)
            self.count = count
            unsafe self.onRelease = onRelease
            unsafe write(UnsafeMutableRawBufferPointer(start: memory, count: count))
        }

        deinit {
            // Unlike `memset` it is not left out where nobody reads the memory again.
            unsafe OPENSSL_cleanse(memory, count)
            unsafe onRelease?(UnsafeRawBufferPointer(start: memory, count: count))
            unsafe memory.deallocate()
        }
    }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// That there is a secret.
    public var description: String { "(secret)" }

    /// That there is a secret.
    public var debugDescription: String { description }

    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
