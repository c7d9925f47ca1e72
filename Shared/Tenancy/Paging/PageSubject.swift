internal import Crypto
internal import Wire

/// What a token of a page is given for: a method, a tenant, and all arguments but those that say
/// which page.
struct PageSubject: Sendable {
    /// 32 bytes.
    let digest: [UInt8]

    /// What a request is about.
    ///
    /// - Parameters:
    ///   - method: the method's path.
    ///   - tenant: for whom it is called; nil if for nobody.
    ///   - request: the request.
    init<View: MessageView & ~Escapable>(
        method: String,
        tenant: TenantID?,
        of request: Message<View>
    ) {
        var hash = SHA256()
        // Neither a path nor an id has a NUL, so that no two subjects give the same bytes.
        hash.update(Array("sextant page\0\(method)\0\(tenant?.text ?? "")\0".utf8).rawBytes)
        let paging = View.schema.fields.filter { ["page_size", "page_token"].contains($0.name) }
        let numbers = paging.map { UInt32($0.number) }
        let canonical = request.canonicalBytes()
        let bytes = canonical.bytes
        var reader = WireReader(bytes)
        var start = reader.position
        while let tag = reader.nextTag() {
            reader.skip(tag)
            if !numbers.contains(tag >> 3) {
                hash.update(bytes.extracting(start..<reader.position))
            }
            start = reader.position
        }
        digest = hash.finish().bytes
    }
}
