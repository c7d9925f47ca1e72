internal import RPC
internal import Tenancy

/// The name of an operation: `operations/`, a service, a dot, and the id of a job of it.
struct OperationName: Hashable {
    let service: ServiceName
    let job: String

    /// Reads a name.
    ///
    /// - Parameter text: as in an operation.
    /// - Throws: NOT_FOUND for any other text: nothing is called so.
    init(_ text: String) throws(RPCError) {
        let prefix = "operations/"
        guard text.utf8.count <= 100, text.hasPrefix(prefix),
            let dot = text.firstIndex(of: "."),
            let service = ServiceName(
                text[text.index(text.startIndex, offsetBy: prefix.count)..<dot]
            ),
            !text[dot...].dropFirst().isEmpty
        else { throw Self.unknown(text) }
        self.service = service
        job = String(text[text.index(after: dot)...])
    }

    /// What a caller is told who names an operation that is not there.
    static func unknown(_ text: String) -> RPCError {
        RPCError(.notFound, "there is no operation '\(text.prefix(100))'")
    }
}
