internal import CLinux
internal import Glibc
internal import Net

/// A program to be run: what, with what, and as whom.
struct ProgramCall {
    var path: String
    var arguments: [String] = []
    var environment = Environment.forOthers
    /// Who it runs as; nil for whoever runs this.
    var account: Account?

    /// The words, as the kernel is given them.
    fileprivate var words: [String] {
        guard let account, account.user != geteuid() else { return [path] + arguments }
        return [
            "/usr/bin/setpriv", "--reuid=\(account.user)", "--regid=\(account.group)",
            "--init-groups", "--inh-caps=-all", "--", path,
        ] + arguments
    }
}

/// A program that this process has started.
struct ChildProcess {
    let identifier: pid_t

    /// Where a program's input comes from, and its output goes.
    struct Streams {
        var input: Int32
        var output: Int32
        var errors: Int32
        /// A descriptor that the program keeps open, as number 3; nil for none.
        var kept: Int32?
    }

    /// Starts a program, in a session of its own: no signal of a keyboard reaches it.
    ///
    /// - Parameters:
    ///   - call: the program.
    ///   - streams: what it has open, and nothing else.
    /// - Throws: `SystemError` if the kernel does not run it.
    init(_ call: ProgramCall, _ streams: Streams) throws(SystemError) {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        var wanted = [(streams.input, STDIN_FILENO), (streams.output, STDOUT_FILENO)]
        wanted.append((streams.errors, STDERR_FILENO))
        if let kept = streams.kept { wanted.append((kept, 3)) }
        for (from, to) in wanted {
            unsafe posix_spawn_file_actions_adddup2(&actions, from, to)
        }
        // What whoever started this has left open would stay open as long as the program lives.
        unsafe posix_spawn_file_actions_addclosefrom_np(&actions, streams.kept == nil ? 3 : 4)
        // Signals do what they do by default, and none is blocked.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | Self.newSession
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        let words = call.words
        var identifier: pid_t = 0
        let code = unsafe CStringList.with(words) { arguments in
            unsafe CStringList.with(call.environment.map { "\($0.key)=\($0.value)" }) { variables in
                // The lists end in nil and outlive the call, which copies them.
                unsafe posix_spawn(
                    &identifier,
                    words[0],
                    &actions,
                    &attributes,
                    arguments,
                    variables
                )
            }
        }
        guard code == 0 else { throw SystemError("start \(words[0])", code: code) }
        self.identifier = identifier
    }

    /// `POSIX_SPAWN_SETSID`, which the headers show to GNU programs only.
    private static let newSession: Int32 = 0x80

    /// How it ended: the status, or 128 and the number of a signal; nil while it runs.
    func endedStatus() throws(SystemError) -> Int32? {
        try wait(WNOHANG)
    }

    /// Waits for its end.
    func waitForEnd() throws(SystemError) -> Int32 {
        while true {
            if let status = try wait(0) { return status }
        }
    }

    private func wait(_ options: Int32) throws(SystemError) -> Int32? {
        var status: Int32 = 0
        while true {
            // The kernel writes the status.
            let found = unsafe waitpid(identifier, &status, options)
            if found == identifier {
                let signal = status & 0x7f
                return signal == 0 ? (status >> 8) & 0xff : 128 + signal
            }
            if found == 0 { return nil }
            if errno != EINTR { throw SystemError("waitpid", code: errno) }
        }
    }

    /// What a program printed, and how it ended.
    struct Output {
        let status: Int32
        /// What it printed, of errors too.
        let text: String
    }

    /// Runs a program to its end.
    ///
    /// - Parameters:
    ///   - call: the program, which prints a mebibyte at most.
    ///   - input: what it reads, less than a pipe holds.
    /// - Returns: how it went.
    /// - Throws: `SystemError` if it cannot be run.
    static func run(_ call: ProgramCall, input: String = "") throws(SystemError) -> Output {
        let reading = try PipePair()
        let writing = try PipePair()
        try writing.end.write(Array(input.utf8))
        let child = try ChildProcess(
            call,
            Streams(
                input: writing.start.number,
                output: reading.end.number,
                errors: reading.end.number
            )
        )
        // Nobody but the child holds the other ends from here on.
        _ = consume writing
        let start = reading.closeEnd()
        let text = String(decoding: try start.readAll(upTo: 1 << 20), as: UTF8.self)
        return Output(status: try child.waitForEnd(), text: text)
    }
}

/// Both ends of a pipe.
private struct PipePair: ~Copyable {
    let start: Descriptor
    let end: Descriptor

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        // The kernel writes two descriptors.
        try SystemCall.check("pipe", unsafe pipe(&ends))
        let start = try Descriptor("pipe", ends[0])
        let end = try Descriptor("pipe", ends[1])
        // Programs have what they are given, and nothing else.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        self.start = start
        self.end = end
    }

    /// Closes the end that is written to.
    consuming func closeEnd() -> Descriptor { start }
}

/// Texts as C has lists of them: pointers, the last of them nil.
private enum CStringList {
    static func with<Result>(
        _ texts: [String],
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers = unsafe texts.map { unsafe strdup($0) } + [nil]
        defer { unsafe pointers.forEach { unsafe free($0) } }
        return unsafe pointers.withUnsafeMutableBufferPointer { list in
            // The list has an element at least, and so an address.
            unsafe body(list.baseAddress.unsafelyUnwrapped)
        }
    }
}
