internal import CDescriptors
internal import CProtobufC
internal import Wire

/// What protoc asks for.
struct PluginRequest {
    /// The files to generate code for, and all they import, each after what it imports.
    let files: [ProtoFile]
    let pathsToGenerate: Set<String>
    let parameter: String
}

/// Turns a serialized `CodeGeneratorRequest` into values, with libprotobuf-c.
///
/// The only file that sees its structs. protoc is trusted: the bytes are its own.
enum DescriptorReader {
    static func read(_ bytes: [UInt8]) throws(GeneratorError) -> PluginRequest {
        let unpacked = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe google__protobuf__compiler__code_generator_request__unpack(
                nil,
                buffer.count,
                buffer.baseAddress
            )
        }
        guard let request = unsafe unpacked else {
            throw GeneratorError("standard input does not hold a CodeGeneratorRequest")
        }
        defer {
            unsafe google__protobuf__compiler__code_generator_request__free_unpacked(request, nil)
        }
        let protos = unsafe pointers(request.pointee.proto_file, request.pointee.n_proto_file)
        var files: [ProtoFile] = []
        for index in unsafe protos.indices { files.append(try unsafe file(protos[index])) }
        return unsafe PluginRequest(
            files: files,
            pathsToGenerate: Set(
                strings(request.pointee.file_to_generate, request.pointee.n_file_to_generate)
            ),
            parameter: string(request.pointee.parameter)
        )
    }

    // MARK: Files, messages, enums

    private static func file(
        _ proto: UnsafeMutablePointer<Google__Protobuf__FileDescriptorProto>
    ) throws(GeneratorError) -> ProtoFile {
        let path = unsafe string(proto.pointee.name)
        // proto2 files may be imported, as those of options are; code is written for proto3 only.
        let isProto3 = unsafe string(proto.pointee.syntax) == "proto3"
        let package = unsafe string(proto.pointee.package)
        let comments = unsafe Comments(proto.pointee.source_code_info, path: path)
        let scope = package.isEmpty ? "" : "." + package
        let declared = unsafe pointers(proto.pointee.message_type, proto.pointee.n_message_type)
        let messages = unsafe declared.enumerated().map { index, message in
            unsafe self.message(message, scope, comments, [4, Int32(index)])
        }
        let enums = unsafe pointers(proto.pointee.enum_type, proto.pointee.n_enum_type)
        let declaredServices = unsafe pointers(proto.pointee.service, proto.pointee.n_service)
        var services: [ProtoService] = []
        for index in unsafe declaredServices.indices {
            let path = [6, Int32(index)]
            services.append(
                try unsafe self.service(declaredServices[index], scope, comments, path)
            )
        }
        return unsafe ProtoFile(
            path: path,
            isProto3: isProto3,
            package: package,
            imports: strings(proto.pointee.dependency, proto.pointee.n_dependency),
            messages: messages,
            enums: enums.enumerated().map { index, declared in
                unsafe enumeration(declared, scope, comments, [5, Int32(index)])
            },
            services: services,
            descriptor: serialized(proto)
        )
    }

    private static func message(
        _ proto: UnsafeMutablePointer<Google__Protobuf__DescriptorProto>,
        _ scope: String,
        _ comments: Comments,
        _ path: [Int32]
    ) -> ProtoMessage {
        let name = unsafe string(proto.pointee.name)
        let reference = "\(scope).\(name)"
        let nested = unsafe pointers(proto.pointee.nested_type, proto.pointee.n_nested_type)
        let messages = unsafe nested.enumerated().map { index, message in
            unsafe self.message(message, reference, comments, path + [3, Int32(index)])
        }
        let mapEntries = Set(messages.filter(\.isMapEntry).map(\.reference))
        let fields = unsafe pointers(proto.pointee.field, proto.pointee.n_field)
        let oneofs = unsafe pointers(proto.pointee.oneof_decl, proto.pointee.n_oneof_decl)
        let enums = unsafe pointers(proto.pointee.enum_type, proto.pointee.n_enum_type)
        return unsafe ProtoMessage(
            reference: reference,
            name: name,
            comment: comments.at(path),
            fields: fields.enumerated().map { index, declared in
                unsafe field(declared, mapEntries, comments.at(path + [2, Int32(index)]))
            },
            oneofs: oneofs.enumerated().map { index, oneof in
                let name = unsafe string(oneof.pointee.name)
                return ProtoOneof(
                    reference: "\(reference).\(name)",
                    name: name,
                    comment: comments.at(path + [8, Int32(index)])
                )
            },
            messages: messages,
            enums: enums.enumerated().map { index, declared in
                unsafe enumeration(declared, reference, comments, path + [4, Int32(index)])
            },
            isMapEntry: proto.pointee.options.map { unsafe $0.pointee.map_entry != 0 } ?? false
        )
    }

    private static func field(
        _ proto: UnsafeMutablePointer<Google__Protobuf__FieldDescriptorProto>,
        _ mapEntries: Set<String>,
        _ comment: String
    ) -> ProtoField {
        let kind = unsafe self.kind(proto)
        let cardinality: Cardinality
        let isRepeated =
            unsafe proto.pointee.label
            == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REPEATED
        let inOneof = unsafe proto.pointee.has_oneof_index != 0
        if isRepeated {
            cardinality = unsafe repeatedCardinality(kind, proto.pointee.options, mapEntries)
        } else if case .message = kind {
            cardinality = .explicit
        } else {
            cardinality = inOneof ? .explicit : .implicit
        }
        let isOptional = unsafe proto.pointee.proto3_optional != 0
        return unsafe ProtoField(
            number: Int(proto.pointee.number),
            name: string(proto.pointee.name),
            jsonName: string(proto.pointee.json_name),
            comment: comment,
            kind: kind,
            cardinality: cardinality,
            oneof: inOneof && !isOptional ? Int(proto.pointee.oneof_index) : nil
        )
    }

    private static func repeatedCardinality(
        _ kind: ProtoField.Kind,
        _ options: UnsafeMutablePointer<Google__Protobuf__FieldOptions>?,
        _ mapEntries: Set<String>
    ) -> Cardinality {
        switch kind {
        case .message(let reference): return mapEntries.contains(reference) ? .map : .repeated
        case .string, .bytes: return .repeated
        default:
            guard let options = unsafe options, unsafe options.pointee.has_packed != 0 else {
                return .packed
            }
            return unsafe options.pointee.packed != 0 ? .packed : .repeated
        }
    }

    private static func kind(
        _ proto: UnsafeMutablePointer<Google__Protobuf__FieldDescriptorProto>
    ) -> ProtoField.Kind {
        let kinds: [UInt32: ProtoField.Kind] = [
            1: .double, 2: .float, 3: .int64, 4: .uint64, 5: .int32, 6: .fixed64, 7: .fixed32,
            8: .bool, 9: .string, 12: .bytes, 13: .uint32, 15: .sfixed32, 16: .sfixed64,
            17: .sint32, 18: .sint64,
        ]
        let type = unsafe proto.pointee.type.rawValue
        if let kind = kinds[type] { return kind }
        let reference = unsafe string(proto.pointee.type_name)
        return type == 14 ? .enumeration(reference) : .message(reference)
    }

    private static func enumeration(
        _ proto: UnsafeMutablePointer<Google__Protobuf__EnumDescriptorProto>,
        _ scope: String,
        _ comments: Comments,
        _ path: [Int32]
    ) -> ProtoEnum {
        let name = unsafe string(proto.pointee.name)
        let values = unsafe pointers(proto.pointee.value, proto.pointee.n_value)
        return ProtoEnum(
            reference: "\(scope).\(name)",
            name: name,
            comment: comments.at(path),
            values: unsafe values.enumerated().map { index, value in
                unsafe (
                    string(value.pointee.name),
                    value.pointee.number,
                    comments.at(path + [2, Int32(index)])
                )
            }
        )
    }

    /// The file's descriptor as reflection serves it.
    private static func serialized(
        _ proto: UnsafeMutablePointer<Google__Protobuf__FileDescriptorProto>
    ) -> [UInt8] {
        let comments = unsafe proto.pointee.source_code_info
        unsafe proto.pointee.source_code_info = nil
        defer { unsafe proto.pointee.source_code_info = comments }
        let size = unsafe google__protobuf__file_descriptor_proto__get_packed_size(proto)
        return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = unsafe google__protobuf__file_descriptor_proto__pack(proto, buffer.baseAddress)
        }
    }

    // MARK: C arrays and strings

    static func pointers<Pointee>(
        _ start: UnsafeMutablePointer<UnsafeMutablePointer<Pointee>?>?,
        _ count: Int
    ) -> [UnsafeMutablePointer<Pointee>] {
        unsafe UnsafeBufferPointer(start: start, count: count).compactMap { unsafe $0 }
    }

    static func strings(
        _ start: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
        _ count: Int
    ) -> [String] {
        unsafe pointers(start, count).map { unsafe String(cString: $0) }
    }

    static func string(_ text: UnsafePointer<CChar>?) -> String {
        unsafe text.map { unsafe String(cString: $0) } ?? ""
    }
}

/// The comments of a file, by the path of what they stand at.
struct Comments {
    private var texts: [[Int32]: String] = [:]

    /// - Parameters:
    ///   - info: the positions protoc recorded.
    ///   - path: the file's path; comments of `google/` files are not ours to repeat.
    init(_ info: UnsafeMutablePointer<Google__Protobuf__SourceCodeInfo>?, path: String) {
        guard let info = unsafe info, !path.hasPrefix("google/") else { return }
        let locations = unsafe DescriptorReader.pointers(
            info.pointee.location,
            info.pointee.n_location
        )
        for index in unsafe locations.indices {
            let location = unsafe locations[index]
            let comment = unsafe DescriptorReader.string(location.pointee.leading_comments)
            if comment.isEmpty { continue }
            let path = unsafe UnsafeBufferPointer(
                start: location.pointee.path,
                count: location.pointee.n_path
            )
            unsafe texts[Array(path)] = comment
        }
    }

    /// The comment above a declaration, or an empty string.
    func at(_ path: [Int32]) -> String { texts[path] ?? "" }
}
