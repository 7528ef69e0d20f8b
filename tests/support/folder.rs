//! A site in a folder of its own, whose files come and go.

use std::path::Path;

/// This is a site's folder.
pub struct Folder(pub tempfile::TempDir);

impl Folder {
    /// Makes a folder with these files.
    pub fn with(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(tempfile::tempdir().expect("a folder"));
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    pub fn root(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.root().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    pub fn delete(&self, name: &str) {
        let path = self.root().join(name);
        if path.is_dir() {
            std::fs::remove_dir_all(path).expect("deleted");
        } else {
            std::fs::remove_file(path).expect("deleted");
        }
    }

    pub fn rename(&self, from: &str, to: &str) {
        let to = self.root().join(to);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        std::fs::rename(self.root().join(from), to).expect("renamed");
    }
}

/// The text of a paper.
pub fn paper(title: &str, tags: &str, body: &str) -> String {
    format!("---\ntitle: '{title}'\ntags: [{tags}]\n---\n\n{body}\n")
}
