internal import HTTP2
internal import Messages
internal import RPC
internal import Wire

/// An error as Connect's JSON has it.
enum ConnectError {
    /// Appends `{"code":…,"message":…,"details":[…]}`.
    static func append(_ error: RPCError, to text: inout OutputBuffer) {
        text.append(#"{"code":"\#(error.code.connectName)","message":"#)
        text.appendJSON(error.message)
        let entries = details(of: error)
        if !entries.isEmpty {
            text.append(#","details":["#)
            for (place, entry) in entries.enumerated() {
                let type = entry.typeURL.split(separator: "/").last ?? ""
                text.append(place > 0 ? #",{"type":"# : #"{"type":"#)
                text.appendJSON(String(type))
                text.append(#","value":""#)
                Base64.append(unpadded: entry.value.rawBytes, to: &text)
                text.append(#""}"#)
            }
            text.append("]")
        }
        text.append("}")
    }

    private static func details(of error: RPCError) -> [GoogleProtobuf.AnyMessage] {
        // Details that cannot be read are as good as none.
        guard let bytes = error.details,
            let status = try? GoogleRpc.Status(decoding: bytes.bytes)
        else { return [] }
        return status.details
    }
}
