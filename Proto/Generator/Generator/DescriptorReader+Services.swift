internal import CDescriptors
internal import CProtobufC
internal import Wire

extension DescriptorReader {
    static func service(
        _ proto: UnsafeMutablePointer<Google__Protobuf__ServiceDescriptorProto>,
        _ scope: String,
        _ comments: Comments,
        _ path: [Int32]
    ) throws(GeneratorError) -> ProtoService {
        let name = unsafe string(proto.pointee.name)
        let declared = unsafe pointers(proto.pointee.method, proto.pointee.n_method)
        var methods: [ProtoMethod] = []
        for index in unsafe declared.indices {
            let comment = comments.at(path + [2, Int32(index)])
            methods.append(try unsafe method(declared[index], comment))
        }
        return ProtoService(
            reference: "\(scope).\(name)",
            name: name,
            comment: comments.at(path),
            methods: methods
        )
    }

    private static func method(
        _ proto: UnsafeMutablePointer<Google__Protobuf__MethodDescriptorProto>,
        _ comment: String
    ) throws(GeneratorError) -> ProtoMethod {
        let name = unsafe string(proto.pointee.name)
        let options = try unsafe MethodOptions(proto.pointee.options, method: name)
        let streaming: MethodSchema.Streaming
        switch unsafe (proto.pointee.client_streaming != 0, proto.pointee.server_streaming != 0) {
        case (false, false): streaming = .none
        case (true, false): streaming = .client
        case (false, true): streaming = .server
        case (true, true): streaming = .both
        }
        return unsafe ProtoMethod(
            name: name,
            comment: comment,
            input: string(proto.pointee.input_type),
            output: string(proto.pointee.output_type),
            streaming: streaming,
            idempotency: options.idempotency,
            access: options.access,
            lifetime: options.lifetime,
            rules: options.rules
        )
    }
}

/// The options of a method that the generator knows.
///
/// libprotobuf-c has no extensions: it keeps those of `sextant.api` as unknown fields, by number.
private struct MethodOptions {
    var idempotency = MethodSchema.Idempotency.unknown
    var access: MethodAccess?
    var lifetime: UInt32?
    var rules: [ProtoMethod.Rule] = []

    private static let httpExtension: UInt32 = 51201
    private static let accessExtension: UInt32 = 51202
    private static let lifetimeExtension: UInt32 = 51203

    init(
        _ options: UnsafeMutablePointer<Google__Protobuf__MethodOptions>?,
        method: String
    ) throws(GeneratorError) {
        guard let options = unsafe options else { return }
        switch unsafe options.pointee.idempotency_level {
        case GOOGLE__PROTOBUF__METHOD_OPTIONS__IDEMPOTENCY_LEVEL__NO_SIDE_EFFECTS:
            idempotency = .noSideEffects
        case GOOGLE__PROTOBUF__METHOD_OPTIONS__IDEMPOTENCY_LEVEL__IDEMPOTENT:
            idempotency = .idempotent
        default: break
        }
        let base = unsafe options.pointee.base
        let fields = unsafe UnsafeBufferPointer(
            start: base.unknown_fields,
            count: Int(base.n_unknown_fields)
        )
        // An option set field by field occurs once for each: a message's occurrences are merged,
        // which for their contents is to stand one after the other.
        var contents: [UInt32: [UInt8]] = [:]
        for index in fields.indices {
            let field = unsafe fields[index]
            unsafe contents[field.tag, default: []] += Self.contents(of: field)
        }
        if let rule = contents[Self.httpExtension] { try readRule(rule, method) }
        if let access = contents[Self.accessExtension] { try readAccess(access, method) }
        if let option = contents[Self.lifetimeExtension] { try readLifetime(option, method) }
    }

    /// An unknown field's contents without the length before them.
    private static func contents(of field: ProtobufCMessageUnknownField) -> [UInt8] {
        let bytes = unsafe Array(UnsafeBufferPointer(start: field.data, count: field.len))
        var reader = WireReader(bytes.rawBytes)
        _ = reader.varint()
        return Array(bytes[reader.position...])
    }

    private mutating func readRule(_ bytes: [UInt8], _ method: String) throws(GeneratorError) {
        let unpacked = unsafe sextant__api__http_rule__unpack(nil, bytes.count, bytes)
        guard let rule = unsafe unpacked else {
            throw GeneratorError("\(method): the http option cannot be read")
        }
        defer { unsafe sextant__api__http_rule__free_unpacked(rule, nil) }
        rules.append(unsafe Self.rule(rule))
        let further = unsafe DescriptorReader.pointers(
            rule.pointee.additional_bindings,
            rule.pointee.n_additional_bindings
        )
        for index in unsafe further.indices {
            let binding = unsafe further[index]
            if unsafe binding.pointee.n_additional_bindings > 0 {
                throw GeneratorError("\(method): an additional binding may not have further ones")
            }
            rules.append(unsafe Self.rule(binding))
        }
    }

    private static func rule(
        _ rule: UnsafeMutablePointer<Sextant__Api__HttpRule>
    ) -> ProtoMethod.Rule {
        let verb: String
        let template: String
        switch unsafe rule.pointee.pattern_case {
        case SEXTANT__API__HTTP_RULE__PATTERN_GET:
            (verb, template) = unsafe ("GET", DescriptorReader.string(rule.pointee.get))
        case SEXTANT__API__HTTP_RULE__PATTERN_PUT:
            (verb, template) = unsafe ("PUT", DescriptorReader.string(rule.pointee.put))
        case SEXTANT__API__HTTP_RULE__PATTERN_POST:
            (verb, template) = unsafe ("POST", DescriptorReader.string(rule.pointee.post))
        case SEXTANT__API__HTTP_RULE__PATTERN_DELETE:
            (verb, template) = unsafe ("DELETE", DescriptorReader.string(rule.pointee.delete_))
        case SEXTANT__API__HTTP_RULE__PATTERN_PATCH:
            (verb, template) = unsafe ("PATCH", DescriptorReader.string(rule.pointee.patch))
        case SEXTANT__API__HTTP_RULE__PATTERN_CUSTOM:
            let custom = unsafe rule.pointee.custom
            verb = unsafe custom.map { unsafe DescriptorReader.string($0.pointee.kind) } ?? ""
            template = unsafe custom.map { unsafe DescriptorReader.string($0.pointee.path) } ?? ""
        default: (verb, template) = ("", "")
        }
        return unsafe ProtoMethod.Rule(
            verb: verb,
            template: template,
            body: DescriptorReader.string(rule.pointee.body),
            responseBody: DescriptorReader.string(rule.pointee.response_body)
        )
    }

    private mutating func readAccess(_ bytes: [UInt8], _ method: String) throws(GeneratorError) {
        let unpacked = unsafe sextant__api__access__unpack(nil, bytes.count, bytes)
        guard let option = unsafe unpacked else {
            throw GeneratorError("\(method): the access option cannot be read")
        }
        defer { unsafe sextant__api__access__free_unpacked(option, nil) }
        let scopes = unsafe DescriptorReader.strings(option.pointee.scopes, option.pointee.n_scopes)
        let isAnonymous = unsafe option.pointee.anonymous != 0
        if isAnonymous == !scopes.isEmpty {
            throw GeneratorError("\(method): access is either anonymous or a list of scopes")
        }
        access = isAnonymous ? .anonymous : .scopes(scopes)
    }

    private mutating func readLifetime(_ bytes: [UInt8], _ method: String) throws(GeneratorError) {
        let unpacked = unsafe sextant__api__lifetime__unpack(nil, bytes.count, bytes)
        guard let option = unsafe unpacked else {
            throw GeneratorError("\(method): the lifetime option cannot be read")
        }
        defer { unsafe sextant__api__lifetime__free_unpacked(option, nil) }
        let seconds = unsafe option.pointee.seconds
        guard seconds > 0 else {
            throw GeneratorError("\(method): a lifetime is a second at least")
        }
        lifetime = seconds
    }
}
