internal import COpenSSL

/// Who the peer is by the certificate that it has presented and we have verified.
public struct PeerIdentity: Equatable, Sendable {
    /// The common name of the subject; nil if it has none.
    public let commonName: String?
    /// The DNS names among the subject's alternative names, in the certificate's order.
    public let dnsNames: [String]
    /// The URIs among the subject's alternative names, such as SPIFFE identities, in order.
    public let uris: [String]
    /// The SHA-256 digest of the certificate: 32 bytes.
    public let sha256Fingerprint: [UInt8]

    /// Reads a certificate, which is only borrowed.
    ///
    /// Names that are not UTF-8 or hold a NUL are left out: such are made to be misread.
    @unsafe
    init(certificate: OpaquePointer) {
        unsafe commonName = Self.commonName(of: certificate)
        (dnsNames, uris) = unsafe Self.alternativeNames(of: certificate)
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        // Writes at most EVP_MAX_MD_SIZE bytes and says how many.
        let status = unsafe X509_digest(certificate, EVP_sha256(), &digest, &count)
        sha256Fingerprint = status == 1 ? Array(digest.prefix(Int(count))) : []
    }

    @unsafe
    private static func commonName(of certificate: OpaquePointer) -> String? {
        // Name, entry and text belong to the certificate.
        guard let subject = unsafe X509_get_subject_name(certificate) else { return nil }
        let index = unsafe X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
        guard index >= 0, let entry = unsafe X509_NAME_get_entry(subject, index) else { return nil }
        var utf8: UnsafeMutablePointer<UInt8>?
        let count = unsafe ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry))
        guard count >= 0, let bytes = unsafe utf8 else { return nil }
        // The converted copy is ours to free.
        defer { unsafe shim_OPENSSL_free(bytes) }
        return unsafe text(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }

    @unsafe
    private static func alternativeNames(
        of certificate: OpaquePointer
    ) -> (dnsNames: [String], uris: [String]) {
        var dnsNames: [String] = []
        var uris: [String] = []
        // The decoded extension is ours to free; it is a list of general names by its number.
        let decoded = unsafe X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil)
        guard let decoded = unsafe decoded else { return ([], []) }
        let names = OpaquePointer(decoded)
        defer { unsafe GENERAL_NAMES_free(names) }
        let count = unsafe shim_sk_GENERAL_NAME_num(names)
        for index in 0..<count {
            var kind: Int32 = 0
            guard let string = unsafe shim_GENERAL_NAME_text(names, index, &kind) else { continue }
            let bytes = unsafe UnsafeBufferPointer(
                start: ASN1_STRING_get0_data(string),
                count: Int(ASN1_STRING_length(string))
            )
            guard let name = unsafe text(bytes) else { continue }
            if kind == GEN_DNS { dnsNames.append(name) } else { uris.append(name) }
        }
        return (dnsNames, uris)
    }

    @unsafe
    private static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        unsafe bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
    }
}
