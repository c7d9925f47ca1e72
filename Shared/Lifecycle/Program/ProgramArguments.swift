/// What a service's program is asked to do by its arguments.
enum ProgramArguments: Equatable {
    /// To serve.
    case run(file: String?)
    /// To print what can be configured.
    case help
    /// To print its name and version.
    case version
    /// To print what is configured.
    case printConfiguration(file: String?)

    /// Arguments that mean nothing.
    struct Fault: Error, Equatable {
        let reason: String
    }

    /// Reads the arguments.
    ///
    /// - Parameter arguments: without the program's own name.
    /// - Throws: ``Fault`` for one that is unknown, given twice, or without its value.
    init(_ arguments: [String]) throws(Fault) {
        var file: String?
        var action: String?
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--config":
                guard file == nil else { throw Fault(reason: "--config is given twice") }
                guard let path = rest.popFirst(), !path.isEmpty else {
                    throw Fault(reason: "--config needs the path of a file")
                }
                file = path
            case "--help", "--version", "--print-config":
                guard action == nil else {
                    throw Fault(reason: "\(action ?? "") and \(argument) do not go together")
                }
                action = argument
            default:
                throw Fault(reason: "unknown argument \(excerpt(argument))")
            }
        }
        switch action {
        case "--help": self = .help
        case "--version": self = .version
        case "--print-config": self = .printConfiguration(file: file)
        default: self = .run(file: file)
        }
    }

    /// The arguments that there are, for people.
    static let usage = """
        usage: PROGRAM [--config FILE] [--print-config] | --help | --version

        It serves until SIGTERM or SIGINT; SIGHUP has it read its certificates anew. With
        --print-config it prints what is configured, and where each value comes from, instead.
        """
}
