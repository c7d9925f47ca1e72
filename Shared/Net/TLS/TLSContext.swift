/// A configuration whose files have been read and found good, from which sessions are made.
///
/// Sessions keep the context they were made from; it may be used on any number of threads.
public final class TLSContext: Sendable {
    /// What the context was made from.
    public let configuration: TLSConfiguration

    /// When the first certificate of our own chain expires, in seconds since 1970; nil if we have
    /// none.
    ///
    /// An expired certificate is not an error here, so that a server can start and report it: its
    /// peers decide.
    public let notAfterUnixSeconds: Int64?

    let openSSL: OpenSSLContext

    /// Reads and checks the files of a configuration.
    ///
    /// It blocks, so it is not for an event loop.
    ///
    /// - Throws: ``TLSError/configuration(file:reason:)``, naming the file at fault.
    public init(_ configuration: TLSConfiguration) throws(TLSError) {
        self.configuration = configuration
        openSSL = try OpenSSLContext(configuration)
        notAfterUnixSeconds = openSSL.notAfterUnixSeconds
    }

    /// Whether the context is for the side that accepts connections.
    public var isServer: Bool {
        switch configuration {
        case .server: true
        case .client: false
        }
    }
}
