//! A language client for tests: starts a server, speaks over its pipes, and misses nothing.
//!
//! The client stores every message of the server with the moment it came. A second answer to a request fails the
//! test; so does, when the client is dropped, an answer or message that the test did not take.

mod wire;

use std::collections::{HashMap, HashSet, VecDeque};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long to wait before a test is lost. Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a server may say without anybody listening.
const CHATTER: [&str; 4] = ["housestyle/status", "didChangeStatus", "window/logMessage", "$/progress"];

/// A message from the server.
#[derive(Debug, Clone)]
pub struct Received {
    /// The message as JSON.
    pub message: Value,
}

impl Received {
    /// Returns the result of an answer.
    ///
    /// # Panics
    /// When it is an error.
    #[track_caller]
    pub fn result(self) -> Value {
        let Received { message } = self;
        assert!(message.get("error").is_none(), "an error for an answer: {message}");
        message["result"].clone()
    }

    /// Returns the code of an error, or 0 for a result.
    pub fn code(&self) -> i64 {
        self.message.pointer("/error/code").and_then(Value::as_i64).unwrap_or(0)
    }
}

/// A running server and the wire to it.
#[derive(Debug)]
pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    inbox: Receiver<Received>,
    reader: Option<JoinHandle<()>>,
    complaints: Option<JoinHandle<String>>,
    next_id: i64,
    answers: HashMap<String, VecDeque<Received>>,
    answered: HashSet<String>,
    notifications: Vec<Received>,
    /// The client's answer to `workspace/configuration`.
    pub configuration: Value,
    /// Methods of the requests that the server made of us, in order.
    pub asked: Vec<String>,
}

impl Client {
    /// Starts a server.
    ///
    /// # Panics
    /// When it cannot be started.
    #[track_caller]
    pub fn spawn(command: &mut Command) -> Client {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let (sender, inbox) = mpsc::channel();
        let reader = child.stdout.take().map(|output| {
            std::thread::spawn(move || {
                wire::read_all(output, |message| drop(sender.send(Received { message })));
            })
        });
        let complaints =
            child.stderr.take().map(|errors| std::thread::spawn(move || wire::read_text(errors)));
        Client {
            input: child.stdin.take(),
            child,
            inbox,
            reader,
            complaints,
            next_id: 0,
            answers: HashMap::new(),
            answered: HashSet::new(),
            notifications: Vec::new(),
            configuration: Value::Null,
            asked: Vec::new(),
        }
    }

    /// Initializes with these capabilities and options; returns what the server says of itself.
    #[track_caller]
    pub fn initialize(&mut self, capabilities: &Value, options: &Value, root: Option<&str>) -> Value {
        let result = self.ask(
            "initialize",
            &json!({
                "processId": std::process::id(),
                "rootUri": root,
                "capabilities": capabilities,
                "initializationOptions": options,
                "workspaceFolders": root.map(|root| json!([{ "uri": root, "name": "root" }])),
            }),
        );
        self.notify("initialized", &json!({}));
        result
    }

    /// Sends a request; returns its identifier.
    pub fn request(&mut self, method: &str, params: &Value) -> i64 {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Takes a request back.
    pub fn cancel(&mut self, id: i64) {
        self.notify("$/cancelRequest", &json!({ "id": id }));
    }

    /// Sends a message, whatever it is.
    pub fn send(&mut self, message: &Value) {
        self.send_bytes(&wire::frame(message));
    }

    /// Sends bytes as they are. A server that went away meanwhile shows in what it does not answer.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        if let Some(input) = &mut self.input {
            drop(wire::write(input, bytes));
        }
    }

    /// Sends a request and returns its result.
    ///
    /// # Panics
    /// When it is answered with an error, or not at all.
    #[track_caller]
    pub fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = self.request(method, params);
        self.answer(id).result()
    }

    /// Waits for the answer to a request.
    ///
    /// # Panics
    /// When none comes.
    #[track_caller]
    pub fn answer(&mut self, id: i64) -> Received {
        self.answer_to(&json!(id))
    }

    /// Waits for an answer that has this identifier, which may be `null` or made up by the test.
    ///
    /// # Panics
    /// When none comes.
    #[track_caller]
    pub fn answer_to(&mut self, id: &Value) -> Received {
        let key = id.to_string();
        let found = self.wait(PATIENCE, |client| client.answers.get_mut(&key)?.pop_front());
        found.unwrap_or_else(|| self.lost(&format!("the answer to request {id}")))
    }

    /// Returns how many answers to this identifier wait to be read.
    pub fn answers_to(&mut self, id: &Value) -> usize {
        self.take_in(Duration::ZERO);
        self.answers.get(&id.to_string()).map_or(0, VecDeque::len)
    }

    /// Waits for a notification of `method` whose parameters satisfy `matches`, and takes it. Earlier
    /// ones of the same method are taken with it.
    ///
    /// # Panics
    /// When none comes.
    #[track_caller]
    pub fn notification(&mut self, method: &str, matches: impl Fn(&Value) -> bool) -> Received {
        let of_method = |received: &Received| received.message["method"] == method;
        let found = self.wait(PATIENCE, |client| {
            let fits = |received: &Received| of_method(received) && matches(&received.message["params"]);
            let at = client.notifications.iter().position(fits)?;
            let found = client.notifications.remove(at);
            let mut index = 0;
            client.notifications.retain(|received| {
                index += 1;
                index > at || !of_method(received)
            });
            Some(found)
        });
        found.unwrap_or_else(|| self.lost(&format!("a notification {method}")))
    }

    /// Takes all notifications of `method` that came so far.
    pub fn notifications(&mut self, method: &str) -> Vec<Value> {
        self.take_in(Duration::ZERO);
        let (found, rest) = std::mem::take(&mut self.notifications)
            .into_iter()
            .partition(|received| received.message["method"] == method);
        self.notifications = rest;
        found.into_iter().map(|received| received.message["params"].clone()).collect()
    }

    /// Closes the server's input.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// Kills the process without a word.
    ///
    /// # Panics
    /// When the system does not let us.
    pub fn kill(&mut self) {
        self.child.kill().expect("our own process can be killed");
        self.child.wait().expect("it has ended");
    }

    /// Returns the process's identifier.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the process to end; nothing when it does not within `limit`.
    pub fn wait_for_end(&mut self, limit: Duration) -> Option<ExitStatus> {
        let end = Instant::now() + limit;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if Instant::now() < end => std::thread::sleep(Duration::from_millis(2)),
                _ => return None,
            }
        }
    }

    /// Takes messages in until `found` finds something or `limit` is over.
    fn wait<T>(&mut self, limit: Duration, mut found: impl FnMut(&mut Client) -> Option<T>) -> Option<T> {
        let end = Instant::now() + limit;
        loop {
            if let Some(found) = found(self) {
                return Some(found);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || !self.take_in(left) {
                return found(self);
            }
        }
    }

    /// Takes in the messages that have come; waits up to `limit` when there is none. Returns whether more can come.
    fn take_in(&mut self, limit: Duration) -> bool {
        match self.inbox.recv_timeout(limit) {
            Ok(received) => self.sort(received),
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        while let Ok(received) = self.inbox.try_recv() {
            self.sort(received);
        }
        true
    }

    fn sort(&mut self, received: Received) {
        let id = received.message.get("id").map(Value::to_string);
        let method = received.message.get("method").and_then(Value::as_str).map(str::to_owned);
        match (id, method) {
            (Some(_), Some(method)) => self.reply(&method, &received.message["id"]),
            (Some(id), None) => {
                // Identifiers that a test made up may be used as it likes.
                let ours = received.message["id"].as_i64().is_some_and(|id| id <= self.next_id);
                assert!(!ours || self.answered.insert(id.clone()), "a second answer to request {id}");
                self.answers.entry(id).or_default().push_back(received);
            }
            _ => self.notifications.push(received),
        }
    }

    /// Answers a request of the server.
    fn reply(&mut self, method: &str, id: &Value) {
        let result =
            if method == "workspace/configuration" { json!([self.configuration]) } else { Value::Null };
        self.asked.push(method.to_owned());
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
    }

    #[track_caller]
    fn lost(&mut self, what: &str) -> ! {
        drop(self.child.kill());
        let complaints = self.complaints.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        panic!("waited in vain for {what}; the server wrote on stderr:\n{complaints}")
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.input = None;
        if self.wait_for_end(Duration::from_secs(5)).is_none() {
            drop(self.child.kill());
            drop(self.child.wait());
        }
        let readable = self.reader.take().is_none_or(|reader| reader.join().is_ok());
        if std::thread::panicking() {
            return;
        }
        assert!(readable, "the server's output is no protocol");
        while let Ok(received) = self.inbox.try_recv() {
            self.sort(received);
        }
        let matters =
            |received: &&Received| !CHATTER.iter().any(|method| received.message["method"] == *method);
        let unread: Vec<&Received> =
            self.answers.values().flatten().chain(self.notifications.iter()).filter(matters).collect();
        assert!(unread.is_empty(), "nobody looked at {unread:?}");
    }
}
