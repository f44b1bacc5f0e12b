;;; emacs.el --- drives Emacs with eglot against the server -*- lexical-binding: t -*-
;; usage: HOUSESTYLE_BIN=… emacs --batch -Q -l emacs.el; the last line is "N passed, N failed".
;; What is set up here is what editors/emacs.md tells users to write.

(require 'eglot)
(require 'project)
(require 'python)

(defvar passed 0)
(defvar failed 0)
(defvar bin (getenv "HOUSESTYLE_BIN"))
(defvar desk (file-name-as-directory (make-temp-file "housestyle-emacs" t)))
(defvar patience 30 "Seconds: long enough for any machine.")

(defun check (what ok)
  (if ok (setq passed (1+ passed)) (setq failed (1+ failed)))
  (princ (format "%s %s\n" (if ok "ok  " "FAIL") what)))

(defun wait-for (test)
  "Return what TEST returns once it is not nil, or nil after a while."
  (let ((end (+ (float-time) patience)) value)
    (while (and (not (setq value (funcall test))) (< (float-time) end))
      (accept-process-output nil 0.05))
    value))

(defun write (path text)
  (make-directory (file-name-directory (concat desk path)) t)
  (with-temp-file (concat desk path) (insert text)))

(defun git (&rest arguments)
  (let ((default-directory desk))
    (unless (zerop (apply #'call-process "git" nil nil nil arguments))
      (error "git %s failed" arguments))))

(write "main.py" "def f(rows):\n    return len(rows) == 0\n")
(write "answers.jsonl" "{\"text\": \"alpha + beta\"}\n")
(write "skills/ask-not/SKILL.md"
       "---\nname: ask-not\ndescription: Ask not instead of comparing len with 0.\n---\n\nAsk `not`.\n")
(write "skills/ask-not/rule.json"
       "{\"format\":1,\"scope\":{\"languages\":[\"python\"]},\"rule\":{\"rewrite\":{\"avoid\":[\"len($A) == 0\"],\"prefer\":\"not $A\"}}}")
(git "init" "--quiet" "--initial-branch" "main")
(git "add" "main.py" "skills")
(git "-c" "user.name=Ann" "-c" "user.email=ann@example.org" "commit" "--quiet" "-m" "Begin")
(setenv "HOUSESTYLE_HOME" (concat desk "home"))

(add-to-list 'eglot-server-programs
             `(python-mode . (,bin "serve" "--backend" ,(concat "script:" desk "answers.jsonl"))))
(setq eglot-sync-connect patience
      eglot-autoshutdown t
      make-backup-files nil
      inhibit-message t)

(princ (format "Emacs %s, eglot\n" emacs-version))
(find-file (concat desk "main.py"))
(eglot-ensure)
(run-hooks 'post-command-hook) ; which is what eglot-ensure waits for
(check "the server is connected" (wait-for #'eglot-current-server))

(check "a hint of a skill is a diagnostic"
       (wait-for (lambda ()
                   (flymake-start)
                   (seq-find (lambda (it) (string-search "Write `not" (flymake-diagnostic-text it)))
                             (flymake-diagnostics)))))

(goto-char (point-max))
(insert "total = ")
(completion-at-point)
(check "completion-at-point inserts the suggestion"
       (wait-for (lambda () (string-suffix-p "total = alpha + beta" (buffer-string)))))
(check "and the server is told"
       (wait-for (lambda ()
                   (let ((out (shell-command-to-string (format "%s why --json" (shell-quote-argument bin)))))
                     (string-search "accepted" out)))))

(goto-char (point-min))
(search-forward "len(rows)")
(let* ((actions (eglot-code-actions (line-beginning-position) (line-end-position) "quickfix"))
       (fix (seq-find (lambda (it) (equal (plist-get it :title) "Apply house style: ask-not")) actions)))
  (check "the quick fix is offered" fix)
  (when fix
    (eglot-execute (eglot-current-server) fix)
    (check "and applied" (wait-for (lambda () (string-search "return not rows" (buffer-string)))))))

(set-buffer-modified-p nil)
(ignore-errors (eglot-shutdown (eglot-current-server)))
(delete-directory desk t)
(princ (format "%d passed, %d failed\n" passed failed))
(kill-emacs (if (zerop failed) 0 1))
