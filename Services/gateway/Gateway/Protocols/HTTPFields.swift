internal import HTTP2
internal import RPC
internal import Wire

/// The fields that answers of HTTP are made of.
enum HTTPFields {
    /// What an answer begins with.
    ///
    /// - Parameters:
    ///   - status: the status of HTTP.
    ///   - type: of the body; nil if there is none.
    ///   - count: how many bytes the body has; nil if that is not known yet.
    ///   - caching: who may keep the answer.
    /// - Returns: the fields.
    static func opening(
        _ status: Int,
        type: String?,
        count: Int?,
        caching: String? = nil
    ) -> HeaderBlock {
        var fields = HeaderBlock()
        fields.append(":status", status == 200 ? "200" : "\(status)")
        if let type { fields.append("content-type", type) }
        if let count { fields.append("content-length", "\(count)") }
        fields.append("cache-control", caching ?? "no-store")
        fields.append("x-content-type-options", "nosniff")
        return fields
    }

    /// Whether a caller has an answer already (RFC 9110, section 13.1.2).
    ///
    /// - Parameters:
    ///   - answer: what the answer of gRPC began with.
    ///   - known: the field `if-none-match`; nil if there is none.
    /// - Returns: true if the field names the answer's tag, weak or strong.
    static func isKnown(_ answer: HeaderBlock, _ known: String?) -> Bool {
        guard let known, let tag = answer["etag"] else { return false }
        let opaque = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...]
        return known.split(separator: ",").contains { part in
            var text = part.drop { $0 == " " }
            while text.last == " " { text.removeLast() }
            return text == "*" || (text.hasPrefix("W/") ? text.dropFirst(2) : text) == opaque
        }
    }

    /// Appends the metadata of an answer of gRPC.
    ///
    /// - Parameters:
    ///   - block: fields that the answer began or ended with.
    ///   - fields: where they go.
    ///   - prefix: stands before each name.
    ///   - isWanted: says of a name whether it goes.
    static func append(
        metadataOf block: HeaderBlock,
        to fields: inout HeaderBlock,
        prefix: String = "",
        where isWanted: (RawSpan) -> Bool = { _ in true }
    ) {
        for field in block.fields {
            let name = block.name(of: field)
            guard !Metadata.isReserved(name), !name.equals("cache-control"), isWanted(name) else {
                continue
            }
            if prefix.isEmpty {
                fields.append(name, block.value(of: field))
            } else {
                let name = prefix + String(repairing: name)
                fields.append(name.utf8Span.span.asRawSpan, block.value(of: field))
            }
        }
    }
}
