/// The cases, by the names that their description gives them.
///
/// Source: gRPC, `doc/interop-test-descriptions.md`.
enum InteropCase: String, CaseIterable {
    case emptyUnary = "empty_unary"
    case largeUnary = "large_unary"
    case clientCompressedUnary = "client_compressed_unary"
    case serverCompressedUnary = "server_compressed_unary"
    case clientStreaming = "client_streaming"
    case clientCompressedStreaming = "client_compressed_streaming"
    case serverStreaming = "server_streaming"
    case serverCompressedStreaming = "server_compressed_streaming"
    case pingPong = "ping_pong"
    case emptyStream = "empty_stream"
    case cancelAfterBegin = "cancel_after_begin"
    case cancelAfterFirstResponse = "cancel_after_first_response"
    case timeoutOnSleepingServer = "timeout_on_sleeping_server"
    case customMetadata = "custom_metadata"
    case statusCodeAndMessage = "status_code_and_message"
    case specialStatusMessage = "special_status_message"
    case unimplementedMethod = "unimplemented_method"
    case unimplementedService = "unimplemented_service"

    /// Whether nothing is left of the case where the server sees no compression.
    var isOfCompressionAlone: Bool {
        self == .clientCompressedStreaming || self == .serverCompressedStreaming
    }
}

/// What a case found.
struct CaseFailure: Error, CustomStringConvertible {
    let description: String
}

/// Fails a case unless a condition holds.
///
/// - Parameters:
///   - condition: what must hold.
///   - found: what to say if it does not.
/// - Throws: ``CaseFailure`` if it does not.
func check(_ condition: Bool, _ found: @autoclosure () -> String) throws {
    if !condition { throw CaseFailure(description: found()) }
}
