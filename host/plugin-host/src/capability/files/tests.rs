use std::collections::BTreeMap;
use std::time::Duration;

use wit::{FilesError, Host as _, HostFile as _};

use super::directories::MOST_LISTED;
use super::*;
use crate::error::LimitExceeded;
use crate::recording::Session;
use net_scout_model::Limits;

/// A folder `in` with a file `a` and links, beside a file `secret`; the context may read `in` as `data`.
fn scene() -> (tempfile::TempDir, FilesContext) {
    let folder = tempfile::tempdir().expect("folder");
    let inside = folder.path().join("in");
    std::fs::create_dir(&inside).expect("folder");
    std::fs::write(folder.path().join("secret"), "secret").expect("file");
    std::fs::write(inside.join("a"), "0123456789").expect("file");
    for (target, link) in
        [("a", "good"), ("../secret", "up"), ("/etc/passwd", "absolute"), ("nothing", "dangling"), ("..", "parent")]
    {
        std::os::unix::fs::symlink(target, inside.join(link)).expect("link");
    }
    let paths = BTreeMap::from([
        ("data".to_owned(), inside.clone()),
        ("gone".to_owned(), folder.path().join("gone")),
        ("other".to_owned(), inside),
    ]);
    let granted = ["data", "gone", "ghost"].map(|name| Request::Files { directory: name.to_owned() });
    let grant = FilesGrant::new("reader", &granted);
    (folder, context(&grant, Some(&Directories::open(&paths)), &HostCalls::new(Limits::default(), Session::Live)))
}

fn context(grant: &FilesGrant, directories: Option<&Directories>, host_calls: &HostCalls) -> FilesContext {
    FilesContext::context(grant, directories, &Call { plugin: "reader", wall: Duration::from_secs(1), host_calls })
}

async fn refused(context: &mut FilesContext, directory: &str, path: &str) -> FilesError {
    match context.open(directory.to_owned(), path.to_owned()).await.expect("no trap") {
        Ok(_) => panic!("{directory} {path} was opened"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn reads_ranges_of_granted_files() {
    let (_folder, mut context) = scene();
    for path in ["a", "./a", "good"] {
        let file = context.open("data".to_owned(), path.to_owned()).await.expect("no trap").expect(path);
        let mut at =
            async |offset, length| context.read_at(Resource::new_borrow(file.rep()), offset, length).await.expect("no trap");
        assert_eq!(at(2, 3).await.expect("read"), b"234");
        assert_eq!(at(8, 100).await.expect("read"), b"89");
        assert_eq!(at(u64::MAX, LARGEST_READ).await.expect("read"), b"");
        let Err(FilesError::TooLarge(text)) = at(0, LARGEST_READ + 1).await else { panic!("read") };
        assert_eq!(text, "at most 1048576 bytes may be read at once, not 1048577");
        assert_eq!(context.size(Resource::new_borrow(file.rep())).await.expect("no trap"), 10);
        context.drop(file).await.expect("dropped");
    }
}

/// To open and close a file of the database would drop the locks of this process on it.
#[tokio::test]
async fn the_files_of_the_database_are_never_opened() {
    let (folder, mut context) = scene();
    let inside = folder.path().join("in");
    std::fs::hard_link(inside.join("a"), folder.path().join("net_sentinel.db")).expect("link");
    std::fs::write(folder.path().join("net_sentinel.db-wal"), "log").expect("file");
    std::fs::hard_link(folder.path().join("net_sentinel.db-wal"), inside.join("log")).expect("link");
    context.directories = context.directories.map(|directories| directories.without(&folder.path().join("net_sentinel.db")));
    for path in ["a", "good", "log"] {
        let FilesError::Unavailable(text) = refused(&mut context, "data", path).await else { panic!("{path}") };
        assert!(text.ends_with("belongs to the database of net-sentinel, which no plugin opens"), "{text}");
    }
}

#[tokio::test]
async fn what_leads_out_is_denied() {
    let (_folder, mut context) = scene();
    for path in ["../secret", "/etc/passwd", "x/../../secret", "..", "/", "up", "absolute", "parent/secret"] {
        let error = refused(&mut context, "data", path).await;
        let FilesError::AccessDenied(text) = &error else { panic!("{path}: {error:?}") };
        assert_eq!(*text, format!("`{path}` leads out of the directory data, and only what is in it can be granted"));
    }
}

#[tokio::test]
async fn other_directories_are_denied_with_the_line_that_would_grant_them() {
    let (_folder, mut context) = scene();
    let FilesError::AccessDenied(text) = refused(&mut context, "other", "a").await else { panic!("another error") };
    assert_eq!(text, "the directory other is not granted; to grant it, add [grants.reader] files = [\"other\"]");
    assert!(matches!(refused(&mut context, "dat", "a").await, FilesError::AccessDenied(_)));
    let FilesError::NotFound(text) = refused(&mut context, "ghost", "a").await else { panic!("another error") };
    assert_eq!(text, "the directory ghost is not configured; to configure it, add [directories] ghost = \"PATH\"");
    let FilesError::NotFound(text) = refused(&mut context, "gone", "a").await else { panic!("another error") };
    assert!(text.starts_with("the directory gone (/") && text.contains("cannot be opened: No such file"), "{text}");
}

#[tokio::test]
async fn files_are_listed_and_nothing_else() {
    let (folder, mut context) = scene();
    let inside = folder.path().join("in");
    std::fs::create_dir(inside.join("folder")).expect("folder");
    for name in ["b", ".hidden"] {
        std::fs::write(inside.join(name), "").expect("file");
    }
    let mut list = async |directory: &str| context.list(directory.to_owned()).await.expect("no trap");
    assert_eq!(list("data").await.expect("listed"), ["a", "b", "good"]);
    let FilesError::AccessDenied(text) = list("other").await.expect_err("denied") else { panic!("another error") };
    assert_eq!(text, "the directory other is not granted; to grant it, add [grants.reader] files = [\"other\"]");
    assert!(matches!(list("data/folder").await, Err(FilesError::AccessDenied(_))));
    assert!(matches!(list("gone").await, Err(FilesError::NotFound(_))));
    for number in 0..MOST_LISTED {
        std::fs::write(inside.join(number.to_string()), "").expect("file");
    }
    let FilesError::TooLarge(text) = list("data").await.expect_err("too many") else { panic!("another error") };
    assert_eq!(text, "the directory data has more than 1000 files");
}

#[tokio::test]
async fn what_is_no_file() {
    let (folder, mut context) = scene();
    std::fs::create_dir(folder.path().join("in/folder")).expect("folder");
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("in/pipe")).status().expect("mkfifo");
    assert!(made.success());
    for path in ["folder", ".", "pipe", "", "a\0b"] {
        assert!(matches!(refused(&mut context, "data", path).await, FilesError::Invalid(_)), "{path}");
    }
    for path in ["b", "dangling", "a/b"] {
        assert!(matches!(refused(&mut context, "data", path).await, FilesError::NotFound(_)), "{path}");
    }
}

#[tokio::test]
async fn only_so_many_are_open() {
    let (_folder, mut context) = scene();
    let mut files = Vec::new();
    for _ in 0..OPEN_FILES {
        files.push(context.open("data".to_owned(), "a".to_owned()).await.expect("no trap").expect("open"));
    }
    assert!(matches!(refused(&mut context, "data", "a").await, FilesError::TooLarge(_)));
    context.drop(files.pop().expect("a file")).await.expect("dropped");
    assert!(context.open("data".to_owned(), "a".to_owned()).await.expect("no trap").is_ok());
}

#[tokio::test]
async fn describe_has_no_files() {
    let mut context = context(&FilesGrant::default(), None, &HostCalls::closed());
    let error = context.open("data".to_owned(), "a".to_owned()).await.expect_err("trap");
    assert_eq!(error.downcast_ref(), Some(&LimitExceeded::NoCapability));
    let error = context.list("data".to_owned()).await.expect_err("trap");
    assert_eq!(error.downcast_ref(), Some(&LimitExceeded::NoCapability));
}
