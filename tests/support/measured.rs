//! What a run of the command costs: time of the processor and memory, as the system counts them.
//!
//! Time of the processor depends little on what else the machine does, and two runs of different sizes
//! are compared with each other, so no test here knows how fast a machine is.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::Duration;

/// This is what a run came to and what it cost.
#[derive(Debug)]
pub struct Measured {
    pub code: Option<i32>,
    pub stderr: String,
    /// Time of the processor, on all threads.
    pub time: Duration,
    /// The most memory it had, in bytes; 0 where the system does not tell.
    pub memory: u64,
}

/// Runs a command to its end, or kills it when it takes more time of the processor than it may.
pub fn measure(mut command: Command, most: Duration) -> Measured {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut pipe = child.stderr.take().expect("a pipe");
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let (mut time, mut memory) = (Duration::ZERO, 0);
    // A process that has ended keeps its times until it is waited for.
    while let Some(state) = State::of(child.id()) {
        time = state.time;
        memory = memory.max(state.memory);
        if state.has_ended {
            break;
        }
        if time > most {
            child.kill().expect("it runs still");
        }
        std::thread::sleep(Duration::from_millis(3));
    }
    let status = child.wait().expect("an end");
    Measured {
        code: status.code(),
        stderr: reader.join().expect("stderr is read"),
        time,
        memory,
    }
}

struct State {
    has_ended: bool,
    time: Duration,
    memory: u64,
}

impl State {
    /// Reads what Linux tells of a process; `None` elsewhere.
    fn of(id: u32) -> Option<State> {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name before the parenthesis may hold anything.
        let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
        let ticks: u64 = fields[11].parse::<u64>().ok()? + fields[12].parse::<u64>().ok()?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok());
        Some(State {
            has_ended: fields[0] == "Z",
            // Linux counts in hundredths of a second, whatever its kernel does.
            time: Duration::from_millis(ticks * 10),
            memory: kilobytes.unwrap_or(0) * 1024,
        })
    }
}
