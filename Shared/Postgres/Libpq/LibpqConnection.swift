internal import CPQ
internal import Glibc

/// A connection of libpq: all calls that take one are here.
///
/// It belongs to one loop's thread; none of its calls blocks but the first, if a host is a name.
@safe
final class LibpqConnection: @unchecked Sendable {
    // `@unchecked`: passed to the loop, used there only.

    /// What libpq waits for while it connects.
    enum Progress {
        case wantsToRead, wantsToWrite, connected, failed
    }

    let handle: OpaquePointer
    /// How many notices have come: the only thing that is kept of them.
    private let notices: UnsafeMutablePointer<Int>

    private var values: [UnsafePointer<CChar>?] = unsafe []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var types: [UInt32] = []

    /// Begins to connect; nil if there is no memory.
    ///
    /// - Parameter settings: libpq's keywords and their values.
    init?(connecting settings: [(keyword: String, value: String)]) {
        var keywords = unsafe settings.map { unsafe UnsafePointer(strdup($0.keyword)) }
        var texts = unsafe settings.map { unsafe UnsafePointer(strdup($0.value)) }
        defer {
            unsafe (keywords + texts).forEach {
                unsafe free(UnsafeMutableRawPointer(mutating: $0))
            }
        }
        unsafe keywords.append(nil)
        unsafe texts.append(nil)
        // Both lists end in nil and live during the call, which copies what it needs.
        guard let handle = unsafe PQconnectStartParams(keywords, texts, 0) else { return nil }
        unsafe self.handle = handle
        // Freed in `deinit`, after the connection, which alone writes to it.
        unsafe notices = .allocate(capacity: 1)
        unsafe notices.initialize(to: 0)
        // Otherwise libpq prints them. It calls back on the thread that calls it.
        unsafe PQsetNoticeReceiver(
            handle,
            { context, _ in
                unsafe context?.assumingMemoryBound(to: Int.self).pointee += 1
            },
            notices
        )
        // So that the text of a failure to connect holds the SQLSTATE, which is nowhere else.
        unsafe PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
    }

    deinit {
        unsafe PQfinish(handle)
        unsafe notices.deallocate()
    }

    // MARK: State

    /// The socket; it may change while the connection is being made, -1 if there is none.
    var descriptor: Int32 { unsafe PQsocket(handle) }

    var isBroken: Bool { unsafe PQstatus(handle) == CONNECTION_BAD }

    var isEncrypted: Bool { unsafe PQsslInUse(handle) != 0 }

    /// The process that serves this connection, as the server numbers it.
    var backend: Int32 { unsafe PQbackendPID(handle) }

    /// Whether no statement runs and no transaction is open, as of the last answer.
    var isIdle: Bool { unsafe PQtransactionStatus(handle) == PQTRANS_IDLE }

    /// What failed last; it never holds the password.
    var failureText: String { unsafe String(cString: PQerrorMessage(handle)) }

    /// How many notices have come.
    var noticeCount: Int { unsafe notices.pointee }

    /// A setting that the server reports by itself, as `TimeZone`.
    func reportedSetting(_ name: String) -> String? {
        guard let text = unsafe PQparameterStatus(handle, name) else { return nil }
        return unsafe String(cString: text)
    }

    // MARK: Connecting

    /// Goes on connecting, once the socket is ready for what was wanted.
    func connectFurther() -> Progress {
        switch unsafe PQconnectPoll(handle) {
        case PGRES_POLLING_READING: .wantsToRead
        case PGRES_POLLING_WRITING: .wantsToWrite
        case PGRES_POLLING_OK: .connected
        default: .failed
        }
    }

    /// Makes a connection that stands ready for use: nothing blocks, statements are pipelined.
    func becomeReady() -> Bool {
        unsafe PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
        return unsafe PQsetnonblocking(handle, 1) == 0 && enterPipelineMode()
    }

    func enterPipelineMode() -> Bool { unsafe PQenterPipelineMode(handle) == 1 }

    func leavePipelineMode() -> Bool { unsafe PQexitPipelineMode(handle) == 1 }

    /// What is needed to have the server cancel what runs here, on any thread.
    func makeCancellation() -> LibpqCancellation? {
        // The copy of what it needs is the caller's.
        unsafe PQgetCancel(handle).map { unsafe LibpqCancellation(adopting: $0) }
    }

    // MARK: Sending

    /// Has the server keep a statement under a name.
    func sendPrepare(_ name: [CChar], _ sql: StaticString, _ fields: ArraySlice<BoundField>) -> Bool
    {
        types.removeAll(keepingCapacity: true)
        for field in fields { types.append(field.type.rawValue) }
        // Names and literals end in NUL; libpq copies all before it returns.
        return unsafe PQsendPrepare(handle, name, sql.cString, Int32(types.count), types) == 1
    }

    /// Runs a statement that is kept, with results in binary form.
    func sendPrepared(
        _ name: [CChar],
        _ bytes: [UInt8],
        _ fields: ArraySlice<BoundField>
    ) -> Bool {
        unsafe bytes.withUnsafeBytes { source in
            unsafe bind(source, fields)
            // The arrays have an element for each field, and live during the call.
            return unsafe PQsendQueryPrepared(
                handle,
                name,
                Int32(fields.count),
                values,
                lengths,
                formats,
                1
            ) == 1
        }
    }

    /// Runs a statement once, with results in binary form.
    func sendOnce(
        _ sql: UnsafePointer<CChar>,
        _ bytes: [UInt8],
        _ fields: ArraySlice<BoundField>
    ) -> Bool {
        types.removeAll(keepingCapacity: true)
        for field in fields { types.append(field.type.rawValue) }
        return unsafe bytes.withUnsafeBytes { source in
            unsafe bind(source, fields)
            // The arrays have an element for each field, and live during the call.
            return unsafe PQsendQueryParams(
                handle,
                sql,
                Int32(fields.count),
                types,
                values,
                lengths,
                formats,
                1
            ) == 1
        }
    }

    /// Runs statements without values, one after the other, outside pipeline mode.
    func sendScript(_ sql: String) -> Bool { unsafe PQsendQuery(handle, sql) == 1 }

    /// Points the arrays at the values; the pointers are valid for as long as `source` is.
    @unsafe
    private func bind(_ source: UnsafeRawBufferPointer, _ fields: ArraySlice<BoundField>) {
        unsafe values.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        formats.removeAll(keepingCapacity: true)
        for field in fields {
            if field.isNull {
                unsafe values.append(nil)
            } else {
                // Each field lies within the bytes; an empty one needs a pointer too.
                let start = unsafe UnsafeRawPointer(source.baseAddress ?? emptyField)
                unsafe values.append(
                    (start + Int(field.offset)).assumingMemoryBound(to: CChar.self)
                )
            }
            lengths.append(field.length)
            formats.append(1)
        }
    }

    private var emptyField: UnsafeRawPointer { unsafe UnsafeRawPointer(notices) }

    /// Ends a group of statements, which fail together, and sends what the kernel takes.
    func sendSync() -> Bool { unsafe PQpipelineSync(handle) == 1 }

    /// Has the rows of the statement sent last come one by one.
    func setSingleRowMode() -> Bool { unsafe PQsetSingleRowMode(handle) == 1 }

    /// Sends what the kernel takes.
    ///
    /// - Returns: whether all is sent; nil if the connection is lost.
    func flush() -> Bool? {
        let result = unsafe PQflush(handle)
        return result < 0 ? nil : result == 0
    }

    // MARK: Receiving

    /// Takes what the kernel has.
    ///
    /// - Returns: false if the connection is lost; what came before is still there.
    func consumeInput() -> Bool { unsafe PQconsumeInput(handle) == 1 }

    /// Whether the next result has not come yet.
    var isBusy: Bool { unsafe PQisBusy(handle) != 0 }

    /// The next result; nil after the last one of a statement, or if nothing is expected.
    ///
    /// Blocks if ``isBusy``.
    func nextResult() -> LibpqResult? {
        // The result is the caller's, who takes it over here.
        unsafe PQgetResult(handle).map { unsafe LibpqResult(adopting: $0) }
    }

    /// The next notification that has come.
    func nextNotification() -> (channel: String, payload: String)? {
        guard let notification = unsafe PQnotifies(handle) else { return nil }
        defer { unsafe PQfreemem(notification) }
        // Both texts end in NUL.
        return unsafe (
            String(cString: notification.pointee.relname),
            String(cString: notification.pointee.extra)
        )
    }
}

/// Where a bound value lies among the bytes of its batch.
struct BoundField: Sendable {
    let offset: UInt32
    /// -1 for null.
    let length: Int32
    let type: PostgresType

    var isNull: Bool { length < 0 }
}

extension StaticString {
    /// The text as C reads it: literals end in NUL, and live for ever.
    @unsafe var cString: UnsafePointer<CChar> {
        unsafe UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
