//! The usual orders in German, French, Spanish, Russian, Chinese and Japanese. Letters are folded like the text.
//!
//! Style guides use the same verbs and nouns. Only plain orders to ignore instructions are refused; what a guide may
//! say too is a warning.

use super::Severity::{Refused, Warning};
use super::orders::{Order, order};

/// Words by which a sentence warns of something, or allows it: both are no order.
pub(super) const NEGATION: &[&str] = &[
    "nie",
    "niemals",
    "nicht",
    "kein",
    "keine",
    "keinesfalls",
    "ohne",
    "kann",
    "können",
    "darf",
    "dürfen",
    "ne",
    "n",
    "pas",
    "jamais",
    "sans",
    "peut",
    "peuvent",
    "pouvez",
    "nunca",
    "jamás",
    "sin",
    "puede",
    "pueden",
    "puedes",
    "не",
    "нельзя",
    "никогда",
    "без",
    "можно",
    "может",
];
/// The same, where nothing parts words: anywhere in the clause before the order.
pub(super) const NEGATED_BY: &[&str] = &[
    "不要", "请勿", "請勿", "不得", "禁止", "切勿", "不能", "不可", "不应", "不會", "不会", "別", "别",
    "可以",
];
/// German words that come after the verb which they negate.
pub(super) const NEGATED_AFTER: &[&str] = &["nicht", "nie", "niemals", "keinesfalls"];
/// Words and marks that end the clause in which a negation comes after the verb.
pub(super) const CLAUSE_ENDS: &[&str] = &["und", "oder", "aber", "sondern"];

const IGNORE: &str = "tells a machine to ignore what it was told";
const ROLE: &str = "gives a machine another role";
const KEEP: &str = "tells a machine to keep something from people";
const SEND: &str = "tells a machine to send something away";
const RUN: &str = "a command to run";

pub(super) const ORDERS: &[Order] = &[
    // German
    order(
        "override",
        Refused,
        true,
        r"\b(ignoriere?|ignorieren sie|missachte|missachten sie|vergiss|vergesst|vergessen sie)\b[^.!?,\n]{0,40}\b(vorherig|bisherig|vorangehend|vorangegangen|früher|obig|vorig)e[nrsm]?\b[^.!?,\n]{0,30}\b(anweisung|instruktion|befehl|prompt)",
        IGNORE,
    ),
    order(
        "override",
        Refused,
        true,
        r"\b(vorherig|bisherig|vorangehend|vorangegangen|früher|obig|vorig)e[nrsm]? ([\w-]+ )?(anweisung|instruktion|befehl|prompt)\w* (bitte |jetzt |alle |komplett |vollständig )?(ignorieren|missachten|vergessen)\b",
        IGNORE,
    ),
    order(
        "override",
        Refused,
        true,
        r"\b(ignoriere?|ignorieren sie|vergiss|vergesst|vergessen sie) ((bitte|jetzt) )?(alles,? was (dir|ihnen|euch|ich|oben|zuvor|vorher|bisher)\b|alles (oben|zuvor|vorher|davor|obige|bisherige|vorherige|vorige)\b)",
        IGNORE,
    ),
    order(
        "override",
        Warning,
        true,
        r"\b(ignorier\w*|missacht\w*|vergiss|vergesst|vergessen sie|überschreibe?|umgehe?)\b[^.!?,\n]{0,40}\b(vorherig|bisherig|vorangehend|vorangegangen|früher|obig|ursprünglich|vorig)e[nrsm]?\b[^.!?,\n]{0,30}\b(anweisung|instruktion|regel|vorgabe|befehl|prompt|richtlinie)",
        IGNORE,
    ),
    order(
        "override",
        Warning,
        true,
        r"\b(vorherig|bisherig|vorangehend|vorangegangen|früher|obig|ursprünglich|vorig)e[nrsm]?\b[^.!?,\n]{0,30}\b(anweisung|instruktion|regel|vorgabe|befehl|prompt|richtlinie)\w*\b[^.!?,\n]{0,20}\b(ignorieren|missachten|vergessen)\b",
        IGNORE,
    ),
    order(
        "override",
        Warning,
        true,
        r"\bdu bist (jetzt|nun|ab sofort) (ein|eine|der|die|kein)\b|\bab (jetzt|sofort) (bist du|antwortest du)\b",
        ROLE,
    ),
    order(
        "secrecy",
        Warning,
        false,
        r"\b(sage?|sagt|sagen sie|erzähle?|erzählen sie|verrate?|verraten sie|informiere?|informieren sie|erwähne?|erwähnen sie|benachrichtige?|benachrichtigen sie)\b[^.!?,\n]{0,30}\b((benutzer|nutzer|anwender|entwickler|reviewer|betreiber)\w*\b[^.!?,\n]{0,20}\b(nicht|nichts|keinesfalls|niemals)|(nicht|nichts|niemals)\b[^.!?,\n]{0,30}\b(benutzer|nutzer|anwender|entwickler|reviewer|betreiber)\w*|niemande[mn])\b",
        KEEP,
    ),
    order(
        "secrecy",
        Warning,
        true,
        r"\bohne\b[^.!?,\n]{0,40}\b(benutzer|nutzer|anwender|entwickler)\w*\b[^.!?,\n]{0,20}\b(zu sagen|zu informieren|zu benachrichtigen|wissen)\b",
        KEEP,
    ),
    order(
        "exfiltration",
        Warning,
        true,
        r"\b(sende?|sendet|senden sie|schicke?|schickt|schicken sie|übertrage?|übermittle?)\b([^.!?\n]|\.[^\s]){0,60}(\b(geheimnis|passwort|passwört|kennwort|kennwört|zugangsdaten|schlüssel|token|umgebungsvariable|quellcode|quelltext)|\.env\b)([^.!?\n]|\.[^\s]){0,40}\b(an|zu|zum|nach|auf)( (de[nrm]|die|das|eine[nmr]?|diese[nmr]?|unsere[nmr]?|meine[nmr]?|folgende[nmr]?)){0,2}( \w+)? ?(https?:|\w*server|url|webhook|adresse|e-?mail|[\w.+-]+@)",
        SEND,
    ),
    order(
        "tools",
        Warning,
        false,
        r"\bführen?\b( sie)?[^.!?,\n]{0,30}\b(befehle?|kommandos?|skripte?|programme?)\b[^.!?,\n]{0,40}\baus\b",
        RUN,
    ),
    // French
    order(
        "override",
        Refused,
        true,
        r"((^|[\n.!?:;,>#)-] ?|\b(et|puis|alors|donc|maintenant|toujours|veuille[rz]?|d'abord,?) )(ignore|oublie)|\b(ignorez|oubliez|fai(s|tes) abstraction|(tiens|tenez) (pas|aucun) compte))\b[^.!?,\n]{0,40}\b((instructions?|consignes?|ordres?)\b[^.!?,\n]{0,20}\b(précédent|antérieur|ci-?dessus)|(précédente?s?|antérieure?s?) (instruction|consigne|ordre))",
        IGNORE,
    ),
    order(
        "override",
        Refused,
        true,
        r"((^|[\n.!?:;,>#)-] ?|\b(et|puis|alors|donc|maintenant|toujours|veuille[rz]?|d'abord,?) )(ignore|oublie)|\b(ignorez|oubliez)) tout ce (qui précède|qu(i|e|')[^.!?,\n]{0,30}\b(dit|appris|ci-?dessus)\b)",
        IGNORE,
    ),
    order(
        "override",
        Warning,
        true,
        r"\b(ignore[rz]?|oublie[rz]?|contourne[rz]?|fai(s|tes) abstraction|(tiens|tenez) (pas|aucun) compte)\b[^.!?,\n]{0,40}\b((instructions?|consignes?|règles?|directives?|ordres?)\b[^.!?,\n]{0,20}\b(précédent|antérieur|ci-?dessus|initia|d'origine)|(précédente?s?|antérieure?s?) (instruction|consigne|règle|directive|ordre))",
        IGNORE,
    ),
    order(
        "override",
        Warning,
        true,
        r"\b(tu es|vous êtes) (maintenant|désormais) (un|une|le|la)\b|\b(à partir de maintenant|désormais),? (tu es|vous êtes|tu réponds|vous répondez)\b",
        ROLE,
    ),
    order(
        "secrecy",
        Warning,
        false,
        r"\bn(e\b|')[^.!?,\n]{0,12}\b(dis|dites|dire|mentionne[rz]?|informe[rz]?|révèle[rz]?|révélez|préviens|prévenez|prévenir|avertis|avertissez|parle[rz]?)\b[^.!?,\n]{0,40}\b(utilisateur|utilisatrice|développeur|relecteur|à personne)",
        KEEP,
    ),
    order(
        "secrecy",
        Warning,
        true,
        r"\bsans (le dire|en informer|informer|prévenir|avertir)\b[^.!?,\n]{0,20}\b(utilisateur|développeur|relecteur)s?\b",
        KEEP,
    ),
    order(
        "exfiltration",
        Warning,
        true,
        r"\b(envoie[sz]?|envoyer|envoyez|transmets|transmettez|transmettre|téléverse[rz]?)\b([^.!?\n]|\.[^\s]){0,60}(\b(secrets?|mots? de passe|identifiants?|clés?|jetons?|variables? d'environnement|code source)\b|\.env\b)([^.!?\n]|\.[^\s]){0,40}\b(à|au|aux|vers|sur)( (un|une|le|la|ce|cet|cette|notre|mon|l'))?( ?\w+)? ?(https?:|serveur|url|webhook|adresse|[\w.+-]+@)",
        SEND,
    ),
    order(
        "tools",
        Warning,
        false,
        r"\b(exécute[rz]?|lance[rz]?) (cette|la|ce|le|les|ces)( \w+)? (commande|script|programme)s?\b",
        RUN,
    ),
    // Spanish
    order(
        "override",
        Refused,
        true,
        r"((^|[\n.!?:;,>#)¡-] ?|\b(y|luego|ahora|siempre|entonces|primero) )(ignora|ignore|olvida|olvide)|\b(ignoren|ignorad|olviden|olvidad|ha(z|ga) caso omiso de))\b[^.!?,\n]{0,40}\b((instruccion|instrucciones|órdenes|indicaciones)\b[^.!?,\n]{0,20}\b(anterior|previa|de arriba)|(anteriores|previas) (instruccion|orden|órden|indicacion))",
        IGNORE,
    ),
    order(
        "override",
        Refused,
        true,
        r"((^|[\n.!?:;,>#)¡-] ?|\b(y|luego|ahora|siempre|entonces|primero) )(ignora|ignore|olvida|olvide)|\b(ignoren|ignorad|olviden|olvidad)) todo lo (anterior|previo|de arriba|que[^.!?,\n]{0,30}\b(dicho|dije|dijeron|aprendi\w*))\b",
        IGNORE,
    ),
    order(
        "override",
        Warning,
        true,
        r"\b(ignor(a|e|ar|en|ad)|olvid(a|e|ar|en|ad)|descart(a|e|ar|en)|ha(z|ga) caso omiso de)\b[^.!?,\n]{0,40}\b((instruccion|instrucciones|reglas?|órdenes|indicaciones|directrices)\b[^.!?,\n]{0,20}\b(anterior|previa|de arriba|original|inicial)|(anteriores|previas) (instruccion|regla|orden|órden|indicacion))",
        IGNORE,
    ),
    order(
        "override",
        Warning,
        true,
        r"\b(ahora|desde ahora|a partir de ahora),? (eres|serás|usted es)\b",
        ROLE,
    ),
    order(
        "secrecy",
        Warning,
        false,
        r"\bno (se )?(lo |le |les )?(digas|diga|digan|decir|menciones|mencione|mencionar|informes|informe|informar|reveles|revele|revelar|avises|avise|cuentes|cuente)\b[^.!?,\n]{0,40}\b(usuari[oa]s?|desarrollador\w*|revisor\w*|nadie)\b",
        KEEP,
    ),
    order(
        "secrecy",
        Warning,
        true,
        r"\bsin (decírselo|decirle|informar|avisar)\b[^.!?,\n]{0,20}\b(usuari[oa]|desarrollador|revisor)\w*\b",
        KEEP,
    ),
    order(
        "exfiltration",
        Warning,
        true,
        r"\b(envía|envíe|envíen|enviar|manda|mande|transmite|sube|suba)\b([^.!?\n]|\.[^\s]){0,60}(\b(secretos?|contraseñas?|credenciales|claves?|tokens?|variables de entorno|código fuente)\b|\.env\b)([^.!?\n]|\.[^\s]){0,40}\b(al?|hacia)( (el|la|un|una|este|esta|nuestro|mi|siguiente))?( \w+)? ?(https?:|servidor|url|webhook|dirección|[\w.+-]+@)",
        SEND,
    ),
    order(
        "tools",
        Warning,
        false,
        r"\b(ejecuta|ejecute|ejecutar) (este|esta|el|la|los|las|estos|estas)( \w+)? (comando|script|programa)s?\b",
        RUN,
    ),
    // Russian
    order(
        "override",
        Refused,
        true,
        r"\b((про)?игнорируй|забудь|не обращай внимания на|не обращайте внимания на)(те)?\b[^.!?,\n]{0,40}\b(предыдущ|прежн|прошл|вышеуказанн|вышеперечисленн|ранее )[^.!?,\n]{0,30}\b(инструкци|указани|команд|промпт)",
        IGNORE,
    ),
    order(
        "override",
        Warning,
        true,
        r"\b(про)?(игнорируй|игнорируйте|игнорировать|забудь|забудьте|не обращай внимания на|не обращайте внимания на)\b[^.!?,\n]{0,40}\b(предыдущ|прежн|прошл|вышеуказанн|вышеперечисленн|ранее|исходн|все )[^.!?,\n]{0,30}\b(инструкци|указани|правил|команд|промпт)",
        IGNORE,
    ),
    order("override", Warning, true, r"\b(отныне|с этого момента),? ты\b|\bты теперь\b", ROLE),
    order(
        "secrecy",
        Warning,
        false,
        r"\bне (говори|сообщай|упоминай|рассказывай|раскрывай|уведомляй)(те)?\b[^.!?,\n]{0,40}\b(пользовател|разработчик|ревьюер|никому)",
        KEEP,
    ),
    order(
        "exfiltration",
        Warning,
        true,
        r"\b(отправь|отправляй|перешли|передай)(те)?\b([^.!?\n]|\.[^\s]){0,60}(\b(секрет|парол|ключ|токен|переменн|исходн)|\.env\b)([^.!?\n]|\.[^\s]){0,40}\b(на|по)( \w+)? ?(https?:|сервер|адрес|url|вебхук|почт)",
        SEND,
    ),
    order(
        "tools",
        Warning,
        false,
        r"\b(выполни|запусти)(те)?\b[^.!?,\n]{0,20}\b(команд|скрипт|программ)",
        RUN,
    ),
    // Chinese
    order(
        "override",
        Refused,
        true,
        r"(忽略|忽视|忽視|无视|無視|忘记|忘記|不要理会|不要理會)[^。!?,\n]{0,6}(之前|以前|先前|上述|上面|以上|前面|此前)[^。!?,\n]{0,8}(指令|指示|命令)",
        IGNORE,
    ),
    order(
        "override",
        Warning,
        true,
        r"(忽略|忽视|忽視|无视|無視|忘记|忘記|不要理会|不要理會|绕过|繞過)[^。!?,\n]{0,12}(之前|以前|先前|上述|上面|以上|前面|此前|原有|原来|系统|系統|所有)[^。!?,\n]{0,10}(指令|指示|说明|說明|规则|規則|提示|命令)",
        IGNORE,
    ),
    order(
        "override",
        Warning,
        true,
        r"你现在是|你現在是|(从现在开始|從現在開始|从现在起|從現在起),?你(是|将|將|就是|扮演)",
        ROLE,
    ),
    order(
        "secrecy",
        Warning,
        false,
        r"(不要|别|別|不得|勿|不能|不可)(告诉|告訴|告知|通知|透露给)[^。!?,\n]{0,8}(用户|用戶|使用者|开发者|開發者|开发人员|任何人|审核)",
        KEEP,
    ),
    order(
        "exfiltration",
        Warning,
        true,
        r"((发送|發送|上传|上傳|传送|傳送)[^。!?,\n]{0,10}(密码|密碼|密钥|密鑰|凭据|憑證|令牌|环境变量|環境變數|源代码|原始碼|机密|\.env)[^。!?,\n]{0,6}|(把|将|將)[^。!?,\n]{0,20}(密码|密碼|密钥|密鑰|凭据|憑證|令牌|环境变量|環境變數|源代码|原始碼|机密|\.env)[^。!?,\n]{0,20}(发送|發送|发|發|上传|上傳|传|傳))(到|给|給|至)[^。!?,\n]{0,10}(https?:|@|服务器|伺服器|网址|網址|邮箱|url|webhook)",
        SEND,
    ),
    order(
        "tools",
        Warning,
        false,
        r"(运行|運行|执行|執行)(以下|下面|下列|这个|這個|这条|這條|此|该|該)[^。!?,\n]{0,6}(命令|脚本|腳本|程序|指令)",
        RUN,
    ),
    // Japanese
    order(
        "override",
        Refused,
        true,
        r"(以前|これまで|今まで|上記|前の|先の|先ほど|従来)[^。!?、,\n]{0,12}(指示|命令|指令|プロンプト)[^。!?、,\n]{0,8}((無視し|忘れ|破棄し)(ろ|なさい|て(ください|下さい|くれ|[、,。!\s]))|無視せよ)",
        IGNORE,
    ),
    order(
        "override",
        Warning,
        true,
        r"(以前|これまで|今まで|上記|前|先|従来|既存|元|すべて|全て)[^。!?、,\n]{0,12}(指示|命令|ルール|指令|プロンプト|規則|制約)[^。!?、,\n]{0,8}((無視し|忘れ|破棄し)(ろ|なさい|て(ください|下さい|くれ|[、,。!\s]))|無視せよ)",
        IGNORE,
    ),
    order(
        "override",
        Warning,
        true,
        r"(あなた|君|お前)は(今から|これから|今や)|(今から|これから)(あなた|君|お前)は",
        ROLE,
    ),
    order(
        "secrecy",
        Warning,
        false,
        r"(ユーザー?|利用者|開発者|レビュアー|誰)[^。!?、,\n]{0,4}に[^。!?、,\n]{0,15}(言わないで|伝えないで|知らせないで|教えないで|話さないで|報告しないで|言うな|伝えるな|知らせるな|教えるな)|(ユーザー?|利用者|開発者)に(知られ|気づかれ|気付かれ)(ないよう|ずに)",
        KEEP,
    ),
    order(
        "exfiltration",
        Warning,
        true,
        r"(パスワード|秘密鍵|認証情報|トークン|環境変数|ソースコード|シークレット|機密|\.env)[^。!?、,\n]{0,30}(https?:[^\s]*|[\w.+-]+@[^\s]*|サーバー?|url|アドレス|webhook)[」)]?(に|へ|宛)[^。!?、,\n]{0,10}(送信し(ろ|なさい|て(ください|下さい))|送って(ください|下さい)|送れ|アップロードして(ください|下さい))",
        SEND,
    ),
    order(
        "tools",
        Warning,
        false,
        r"(次|以下|この|下記)の?[^。!?、,\n]{0,6}(コマンド|スクリプト|プログラム)を(実行|起動)(し|せよ)",
        RUN,
    ),
];
